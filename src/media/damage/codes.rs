//! The codes of a JPEG's scan, and their bits. (Section numbers are those of ITU T.81.)

/// Codes of up to 16 bits (annex C), and what they stand for.
pub(super) struct Table {
    /// By the first bits: how many the code has, and what it stands for; 0 of longer ones.
    short: [u16; 1 << Table::SHORT],
    /// Behind the last code of each length, as 16 bits.
    limits: [u32; 17],
    /// From a code of each length to its place.
    places: [i32; 17],
    symbols: [u8; 256],
}

impl Table {
    const SHORT: u32 = 9;

    /// None where there are more codes than their bits can tell apart.
    pub fn of(counts: &[u8; 16], symbols: &[u8]) -> Option<Table> {
        let mut own =
            Table { short: [0; 1 << Table::SHORT], limits: [0; 17], places: [0; 17], symbols: [0; 256] };
        own.symbols.get_mut(..symbols.len())?.copy_from_slice(symbols);
        let (mut code, mut place) = (0_u32, 0_u32);
        for (length, count) in (1_u32..).zip(counts) {
            own.places[length as usize] = place as i32 - code as i32;
            for _ in 0..*count {
                if length <= Table::SHORT {
                    let from = (code << (Table::SHORT - length)) as usize;
                    let to = from + (1 << (Table::SHORT - length));
                    let entry = (length as u16) << 8 | u16::from(*symbols.get(place as usize)?);
                    own.short.get_mut(from..to)?.fill(entry);
                }
                code += 1;
                place += 1;
            }
            if code > 1 << length {
                return None;
            }
            own.limits[length as usize] = code << (16 - length);
            code <<= 1;
        }
        Some(own)
    }
}

/// Why no block can be read.
pub(super) enum Stop {
    /// There is no bit left.
    Out,
    /// No such code.
    Wrong,
}

/// The bits of a scan, the highest first (F.2.2.5).
pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Bytes that no block needed before a restart.
    passed: usize,
    /// From the highest bit on.
    held: u64,
    count: u32,
}

impl Bits<'_> {
    pub fn new(bytes: &[u8]) -> Bits<'_> {
        Bits { bytes, at: 0, passed: 0, held: 0, count: 0 }
    }

    /// Bytes that no block needed.
    pub fn unread(&self) -> usize {
        self.bytes.len() - self.at + self.passed
    }

    fn fill(&mut self) {
        // Four bytes without a mark among them, as they almost always come.
        if let Some(four) = self.bytes.get(self.at..).and_then(|rest| rest.first_chunk::<4>())
            && !four.contains(&0xff)
        {
            self.held |= u64::from(u32::from_be_bytes(*four)) << (32 - self.count);
            self.count += 32;
            self.at += 4;
            return;
        }
        while self.count <= 56 {
            let byte = match (self.bytes.get(self.at), self.bytes.get(self.at + 1)) {
                // A byte that looks like a mark is followed by nothing (F.1.2.3).
                (Some(0xff), Some(0)) => {
                    self.at += 1;
                    0xff
                }
                (Some(0xff), _) | (None, _) => return,
                (Some(byte), _) => *byte,
            };
            self.at += 1;
            self.held |= u64::from(byte) << (56 - self.count);
            self.count += 8;
        }
    }

    /// What the next code stands for.
    #[inline]
    pub fn code(&mut self, table: &Table) -> Result<u8, Stop> {
        // A code and the bits behind it have no more than these.
        if self.count < 32 {
            self.fill();
        }
        let seen = (self.held >> 48) as u32;
        let (length, symbol) = match table.short[(seen >> (16 - Table::SHORT)) as usize] {
            0 => {
                let longer = Table::SHORT as usize + 1..17;
                let found = longer.into_iter().find(|length| seen < table.limits[*length]);
                let length = found.ok_or(if self.count < 16 { Stop::Out } else { Stop::Wrong })?;
                let place = table.places[length] + (seen >> (16 - length)) as i32;
                (length as u32, table.symbols[place as usize & 255])
            }
            entry => (u32::from(entry >> 8), entry as u8),
        };
        self.take(length)?;
        Ok(symbol)
    }

    /// So many bits, 16 at most.
    #[inline]
    pub fn take(&mut self, count: u32) -> Result<u32, Stop> {
        if self.count < count {
            self.fill();
        }
        if self.count < count || count > 16 {
            return Err(if count > 16 { Stop::Wrong } else { Stop::Out });
        }
        let value = if count == 0 { 0 } else { (self.held >> (64 - count)) as u32 };
        self.held <<= count;
        self.count -= count;
        Ok(value)
    }

    /// Goes behind the next mark of a restart (F.2.1.3.1); false if there is none.
    pub fn restart(&mut self) -> bool {
        (self.held, self.count) = (0, 0);
        while let Some(found) = self.bytes.get(self.at..).and_then(|rest| memchr::memchr(0xff, rest)) {
            self.at += found;
            self.passed += found;
            match self.bytes.get(self.at + 1) {
                Some(0xd0..=0xd7) => {
                    self.at += 2;
                    return true;
                }
                Some(0xff) => self.at += 1,
                _ => self.at += 2,
            }
        }
        false
    }
}
