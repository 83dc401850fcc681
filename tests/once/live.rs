//! What comes after a page waits until it answers.

use crate::house::{House, mail, rungs};
use crate::smtp::Server;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};

/// A web server that answers with this status.
struct Web {
    port: u16,
    status: Arc<AtomicU16>,
    asked: Arc<AtomicUsize>,
}

impl Web {
    fn new(status: u16) -> Web {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let web = Web { port, status: Arc::new(AtomicU16::new(status)), asked: Arc::default() };
        let (status, asked) = (web.status.clone(), web.asked.clone());
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut line = String::new();
                let mut lines = BufReader::new(stream.try_clone().unwrap());
                while lines.read_line(&mut line).is_ok_and(|read| read > 2) {
                    line.clear();
                }
                asked.fetch_add(1, Ordering::SeqCst);
                let status = status.load(Ordering::SeqCst);
                let _ =
                    write!(stream, "HTTP/1.1 {status} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            }
        });
        web
    }

    fn answers(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    fn house(&self, server: &Server, live: &str) -> House {
        let blog = format!(
            "[channels.blog]\nadapter = \"static-site\"\npreset = \"html\"\ndirectory = \"public\"\nurl = \"http://127.0.0.1:{}/{{slug}}/\"\nlive = \"{live}\"\n",
            self.port
        );
        let ladder =
            rungs(&["blog", "news"]).replace("channel = \"news\"", "channel = \"news\"\nafter = \"blog\"");
        House::new(&format!("{blog}{}", mail("news", &server.url(), &["a@example.org"])), &ladder)
    }
}

#[test]
fn the_page_comes_between_two_runs() {
    let (web, server) = (Web::new(404), Server::good());
    let house = web.house(&server, "30m");
    let json = house.publish().ends(0).json();
    assert_eq!(json["deliveries"][0]["state"], "sent");
    assert_eq!(json["deliveries"][1]["state"], "planned", "{json}");
    assert!(web.asked.load(Ordering::SeqCst) >= 3);
    web.answers(200);
    house.run(&["run"]).ends(0);
    assert_eq!((house.state("news").as_str(), server.taken().len()), ("sent", 1));
    house.run(&["run"]).ends(0);
    assert_eq!(server.taken().len(), 1);
}

#[test]
fn the_page_comes_within_the_run() {
    let (web, server) = (Web::new(503), Server::good());
    let house = web.house(&server, "30m");
    let child = house.begin(&["publish", "m", "--yes", "--format", "json"]);
    while web.asked.load(Ordering::SeqCst) < 2 {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    web.answers(200);
    crate::house::Ended::of(child).ends(0);
    assert_eq!(server.taken().len(), 1);
}

#[test]
fn past_its_limit_it_is_held_and_goes_when_the_page_is_there() {
    let (web, server) = (Web::new(404), Server::good());
    let house = web.house(&server, "1s");
    house.run(&["publish", "m", "--only", "blog", "--yes"]).ends(0);
    std::thread::sleep(std::time::Duration::from_millis(1200));
    house.publish().ends(5);
    assert_eq!(house.state("news"), "held");
    assert!(server.taken().is_empty());
    web.answers(200);
    house.run(&["run"]).ends(0);
    assert_eq!((house.state("news").as_str(), server.taken().len()), ("sent", 1));
}
