/* Stands between the program and the C library (LD_PRELOAD), for the tests in
 * this folder alone: counts what the program writes, and at an exact point kills
 * it, tears the write, fails it, stops it or moves its clock. The program knows
 * nothing of it.
 *
 * Everything comes by the environment:
 *   SHIM_COUNTS=FILE  8 numbers of 8 bytes, kept by the shim: calls by class
 *                     (journal, sockets, files, answers), then points that struck
 *   SHIM_CLOCK=FILE   2 numbers of 8 bytes: nanoseconds that have passed for all
 *                     clocks, and by which the wall clock alone is wrong
 *   SHIM_POINTS=CLASS:N:ACTION[,...]
 *       CLASS   j journal, s sockets, f other files, r answers that were read, a all
 *       N       the N-th call of the class, from 1; N+ that and all after it
 *       ACTION  before, after, torn: SIGKILL before it, after it, half way;
 *               power: as `after`, and what was not synced is undone;
 *               stop: SIGSTOP before it; jump=SECONDS: the wall clock is moved;
 *               ENOSPC, EIO, EACCES: it fails
 *   SHIM_DNS=1        no name can be looked up
 *   SHIM_IDLE=A:B     looked at every A ms: a wait in which nothing can happen by
 *                     itself is over then, one with connections after B ms, and
 *                     the clocks are moved by what was left of it
 *   SHIM_TRACE=FILE   a line for each counted call
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define REAL(name) ({ static __typeof__(&name) f; if (!f) f = dlsym(RTLD_NEXT, #name); f; })

enum { JOURNAL, SOCKETS, FILES, ANSWERS, NONE };
enum { BEFORE = 1, AFTER, TORN, POWER, STOP, JUMP, FAIL };

struct point { int class, every, action, error; long n, seconds; };
static struct point points[16];
static int point_count, power, dns_fails, idle_alone = -1, idle_asking = -1, trace = -1;
static _Atomic int64_t *counts, *wall_clock;
static _Atomic int connections;
static char is_inet[65536];
static int64_t nothing[8];

static void *shared(const char *name) {
    const char *path = getenv(name);
    int fd = path ? (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (fd < 0) return nothing;
    if (syscall(SYS_ftruncate, fd, 64) != 0) return nothing;
    void *at = mmap(NULL, 64, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    syscall(SYS_close, fd);
    return at == MAP_FAILED ? nothing : at;
}

__attribute__((constructor)) static void begin(void) {
    counts = shared("SHIM_COUNTS");
    wall_clock = shared("SHIM_CLOCK");
    dns_fails = getenv("SHIM_DNS") != NULL;
    const char *idle = getenv("SHIM_IDLE");
    if (idle) sscanf(idle, "%d:%d", &idle_alone, &idle_asking);
    const char *path = getenv("SHIM_TRACE");
    if (path) trace = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const char *text = getenv("SHIM_POINTS");
    while (text && *text && point_count < 16) {
        struct point *p = &points[point_count];
        char class = 0, action[32] = "";
        int used = 0;
        sscanf(text, "%c:%ld%n", &class, &p->n, &used);
        text += used;
        if (*text == '+') { p->every = 1; text++; }
        if (sscanf(text, ":%31[^,]%n", action, &used) != 1) break;
        text += used;
        if (*text == ',') text++;
        p->class = class == 'j' ? JOURNAL : class == 's' ? SOCKETS : class == 'f' ? FILES : class == 'r' ? ANSWERS : NONE;
        if (!strcmp(action, "before")) p->action = BEFORE;
        else if (!strcmp(action, "after")) p->action = AFTER;
        else if (!strcmp(action, "torn")) p->action = TORN;
        else if (!strcmp(action, "power")) { p->action = POWER; power = 1; }
        else if (!strcmp(action, "stop")) p->action = STOP;
        else if (!strncmp(action, "jump=", 5)) { p->action = JUMP; p->seconds = atol(action + 5); }
        else { p->action = FAIL; p->error = !strcmp(action, "ENOSPC") ? ENOSPC : !strcmp(action, "EACCES") ? EACCES : EIO; }
        point_count++;
    }
    /* What the program starts (a secret's command) is not what is tried. */
    unsetenv("LD_PRELOAD");
}

/* -- which class a call belongs to -- */

static int class_of_path(const char *path) {
    return path && strstr(path, ".ladder/ladder.db") ? JOURNAL : FILES;
}

static int class_of(int fd) {
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0) return NONE;
    if (S_ISSOCK(st.st_mode)) return fd < 65536 && is_inet[fd] ? SOCKETS : NONE;
    if (!S_ISREG(st.st_mode)) return NONE;
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return NONE;
    path[length] = 0;
    return class_of_path(path);
}

/* -- what was written and is not on the disk yet -- */

struct undo { dev_t dev; ino_t ino; int fd; off_t at, size; size_t length; char *old; struct undo *next; };
static struct undo *undos;
static pthread_mutex_t undoing = PTHREAD_MUTEX_INITIALIZER;

static void remember(int fd, off_t at, size_t length) {
    struct stat st;
    if (!power || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) return;
    struct undo *undo = calloc(1, sizeof *undo);
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    undo->dev = st.st_dev, undo->ino = st.st_ino, undo->size = st.st_size, undo->at = at;
    /* One that can be read and written; it is never closed, for closing any of
     * them would end the locks that the program has on the file. */
    undo->fd = (int)syscall(SYS_openat, AT_FDCWD, link, O_RDWR | O_CLOEXEC, 0);
    if (undo->fd < 0) { free(undo); return; }
    undo->old = malloc(length ? length : 1);
    ssize_t had = pread(undo->fd, undo->old, length, at);
    undo->length = had > 0 ? (size_t)had : 0;
    pthread_mutex_lock(&undoing);
    undo->next = undos, undos = undo;
    pthread_mutex_unlock(&undoing);
}

static void synced(int fd) {
    struct stat st;
    if (!power || fstat(fd, &st) != 0) return;
    pthread_mutex_lock(&undoing);
    for (struct undo **at = &undos; *at;) {
        if ((*at)->dev == st.st_dev && (*at)->ino == st.st_ino) *at = (*at)->next;
        else at = &(*at)->next;
    }
    pthread_mutex_unlock(&undoing);
}

static void lose_what_is_not_synced(void) {
    pthread_mutex_lock(&undoing);
    for (struct undo *undo = undos; undo; undo = undo->next) {
        if (undo->length) syscall(SYS_pwrite64, undo->fd, undo->old, undo->length, undo->at);
        syscall(SYS_ftruncate, undo->fd, undo->size);
    }
}

/* -- the points -- */

static void die(void) {
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;) pause();
}

/* Counts a call; the point that strikes it, or none. */
static struct point *strike(int class, const char *call) {
    if (class == NONE) return NULL;
    long n = (long)atomic_fetch_add(&counts[class], 1) + 1;
    long all = (long)atomic_fetch_add(&counts[NONE], 1) + 1;
    if (trace >= 0) {
        char line[96];
        int length = snprintf(line, sizeof line, "%ld %c:%ld %s\n", all, "jsfr"[class], n, call);
        syscall(SYS_write, trace, line, length);
    }
    for (int i = 0; i < point_count; i++) {
        struct point *p = &points[i];
        long at = p->class == NONE ? all : p->class == class ? n : -1;
        if (at != p->n && !(p->every && at > p->n)) continue;
        atomic_fetch_add(&counts[5], 1);
        if (p->action == BEFORE) die();
        if (p->action == STOP) syscall(SYS_kill, getpid(), SIGSTOP);
        if (p->action == JUMP) atomic_fetch_add(&wall_clock[1], (int64_t)p->seconds * 1000000000);
        if (p->action == FAIL) errno = p->error;
        if (p->action != STOP && p->action != JUMP) return p;
    }
    return NULL;
}

static void afterwards(struct point *p) {
    if (!p) return;
    if (p->action == POWER) lose_what_is_not_synced();
    if (p->action == AFTER || p->action == TORN || p->action == POWER) die();
}

#define FAILS(p) ((p) && (p)->action == FAIL)
#define PART(p, length) ((p) && (p)->action == TORN ? (length) / 2 : (length))

ssize_t write(int fd, const void *from, size_t length) {
    int class = class_of(fd);
    struct point *p = strike(class, "write");
    if (FAILS(p)) return -1;
    if (power && (class == JOURNAL || class == FILES)) {
        struct stat st;
        int append = fcntl(fd, F_GETFL) & O_APPEND;
        remember(fd, append && fstat(fd, &st) == 0 ? st.st_size : lseek(fd, 0, SEEK_CUR), length);
    }
    ssize_t done = REAL(write)(fd, from, PART(p, length));
    afterwards(p);
    return done;
}

static ssize_t write_at(int fd, const void *from, size_t length, off64_t at) {
    struct point *p = strike(class_of(fd), "pwrite");
    if (FAILS(p)) return -1;
    remember(fd, at, length);
    ssize_t done = syscall(SYS_pwrite64, fd, from, PART(p, length), at);
    afterwards(p);
    return done;
}
ssize_t pwrite(int fd, const void *from, size_t length, off_t at) { return write_at(fd, from, length, at); }
ssize_t pwrite64(int fd, const void *from, size_t length, off64_t at) { return write_at(fd, from, length, at); }

/* The first half of the pieces: enough of a torn one. */
ssize_t writev(int fd, const struct iovec *pieces, int count) {
    struct point *p = strike(class_of(fd), "writev");
    if (FAILS(p)) return -1;
    ssize_t done = p && p->action == TORN ? syscall(SYS_write, fd, pieces->iov_base, pieces->iov_len / 2)
                                          : REAL(writev)(fd, pieces, count);
    afterwards(p);
    return done;
}

ssize_t send(int fd, const void *from, size_t length, int flags) {
    struct point *p = strike(class_of(fd), "send");
    if (FAILS(p)) return -1;
    ssize_t done = REAL(send)(fd, from, PART(p, length), flags);
    afterwards(p);
    return done;
}

ssize_t sendto(int fd, const void *from, size_t length, int flags, const struct sockaddr *to, socklen_t size) {
    struct point *p = strike(class_of(fd), "sendto");
    if (FAILS(p)) return -1;
    ssize_t done = REAL(sendto)(fd, from, PART(p, length), flags, to, size);
    afterwards(p);
    return done;
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
    struct point *p = strike(class_of(fd), "sendmsg");
    if (FAILS(p)) return -1;
    ssize_t done = p && p->action == TORN && message->msg_iovlen
        ? REAL(send)(fd, message->msg_iov->iov_base, message->msg_iov->iov_len / 2, flags)
        : REAL(sendmsg)(fd, message, flags);
    afterwards(p);
    return done;
}

/* Only what brought something counts: the answer is here, and nobody knows yet. */
static ssize_t answered(int fd, ssize_t read) {
    if (read > 0 && fd >= 0 && fd < 65536 && is_inet[fd]) {
        int kept = errno;
        struct point *p = strike(ANSWERS, "recv");
        if (FAILS(p)) return -1;
        afterwards(p);
        errno = kept;
    }
    return read;
}
ssize_t recv(int fd, void *into, size_t length, int flags) {
    return answered(fd, REAL(recv)(fd, into, length, flags));
}
ssize_t recvfrom(int fd, void *into, size_t length, int flags, struct sockaddr *from, socklen_t *size) {
    return answered(fd, REAL(recvfrom)(fd, into, length, flags, from, size));
}
ssize_t read(int fd, void *into, size_t length) { return answered(fd, REAL(read)(fd, into, length)); }

#define SYNC(name)                                                                                            \
    int name(int fd) {                                                                                        \
        struct point *p = strike(class_of(fd), #name);                                                        \
        if (FAILS(p)) return -1;                                                                              \
        if (p && p->action == TORN) die();                                                                    \
        int done = REAL(name)(fd);                                                                            \
        if (done == 0) synced(fd);                                                                            \
        afterwards(p);                                                                                        \
        return done;                                                                                          \
    }
SYNC(fsync)
SYNC(fdatasync)

#define TRUNCATE(name, type)                                                                                  \
    int name(int fd, type to) {                                                                               \
        struct point *p = strike(class_of(fd), #name);                                                        \
        if (FAILS(p)) return -1;                                                                              \
        if (p && p->action == TORN) die();                                                                    \
        struct stat st;                                                                                       \
        if (power && fstat(fd, &st) == 0 && st.st_size > to) remember(fd, to, (size_t)(st.st_size - to));     \
        else remember(fd, 0, 0);                                                                              \
        int done = REAL(name)(fd, to);                                                                        \
        afterwards(p);                                                                                        \
        return done;                                                                                          \
    }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define ON_PATH(name, path, declared, passed)                                                                 \
    int name declared {                                                                                       \
        struct point *p = strike(class_of_path(path), #name);                                                 \
        if (FAILS(p)) return -1;                                                                              \
        if (p && p->action == TORN) die();                                                                    \
        int done = REAL(name) passed;                                                                         \
        afterwards(p);                                                                                        \
        return done;                                                                                          \
    }
ON_PATH(rename, to, (const char *from, const char *to), (from, to))
ON_PATH(renameat, to, (int a, const char *from, int b, const char *to), (a, from, b, to))
ON_PATH(link, to, (const char *from, const char *to), (from, to))
ON_PATH(linkat, to, (int a, const char *from, int b, const char *to, int flags), (a, from, b, to, flags))
ON_PATH(unlink, path, (const char *path), (path))
ON_PATH(unlinkat, path, (int at, const char *path, int flags), (at, path, flags))
ON_PATH(mkdir, path, (const char *path, mode_t mode), (path, mode))

/* -- connections -- */

int socket(int domain, int type, int protocol) {
    int fd = REAL(socket)(domain, type, protocol);
    if (fd >= 0 && fd < 65536) {
        int inet = (domain == AF_INET || domain == AF_INET6) && (type & 0xf) == SOCK_STREAM;
        is_inet[fd] = (char)inet;
        if (inet) atomic_fetch_add(&connections, 1);
    }
    return fd;
}

int close(int fd) {
    if (fd >= 0 && fd < 65536 && is_inet[fd]) {
        is_inet[fd] = 0;
        atomic_fetch_sub(&connections, 1);
    }
    return REAL(close)(fd);
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
    if (dns_fails) return EAI_NONAME;
    return REAL(getaddrinfo)(node, service, hints, found);
}

/* -- time -- */

int clock_gettime(clockid_t id, struct timespec *now) {
    int done = (int)syscall(SYS_clock_gettime, id, now);
    if (done != 0 || !wall_clock) return done;
    int64_t more = 0;
    switch (id) {
    case CLOCK_REALTIME: case CLOCK_REALTIME_COARSE: more = wall_clock[0] + wall_clock[1]; break;
    case CLOCK_MONOTONIC: case CLOCK_MONOTONIC_COARSE: case CLOCK_MONOTONIC_RAW: case CLOCK_BOOTTIME:
        more = wall_clock[0]; break;
    default: break;
    }
    int64_t all = (int64_t)now->tv_sec * 1000000000 + now->tv_nsec + more;
    now->tv_sec = all / 1000000000, now->tv_nsec = all % 1000000000;
    return 0;
}

/* Whether only this thread could do something now: the others sleep, and no
 * program that was started (a secret's command) is still running. */
static int is_idle(void) {
    DIR *tasks = opendir("/proc/self/task");
    if (!tasks) return 0;
    int idle = 1;
    for (struct dirent *task; idle && (task = readdir(tasks));) {
        if (task->d_name[0] == '.') continue;
        char path[300], text[512];
        snprintf(path, sizeof path, "/proc/self/task/%s/stat", task->d_name);
        int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
        if (fd < 0) continue;
        ssize_t length = syscall(SYS_read, fd, text, sizeof text - 1);
        syscall(SYS_close, fd);
        text[length > 0 ? length : 0] = 0;
        char *end = strrchr(text, ')');
        int is_me = atol(task->d_name) == syscall(SYS_gettid);
        if (!is_me && (!end || end[2] != 'S')) idle = 0;
        snprintf(path, sizeof path, "/proc/self/task/%s/children", task->d_name);
        fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
        if (fd < 0) continue;
        if (syscall(SYS_read, fd, text, 1) > 0) idle = 0;
        syscall(SYS_close, fd);
    }
    closedir(tasks);
    return idle;
}

/* Waits in earnest for a little, then lets the time pass that is left. */
int epoll_wait(int fd, struct epoll_event *events, int most, int timeout) {
    if (idle_alone < 0 || timeout <= 0) return REAL(epoll_wait)(fd, events, most, timeout);
    int waited = 0, quiet = 0;
    while (waited < timeout) {
        int step = timeout - waited < idle_alone ? timeout - waited : idle_alone;
        int done = REAL(epoll_wait)(fd, events, most, step);
        if (done != 0) return done;
        waited += step;
        quiet = is_idle() ? quiet + step : 0;
        int patience = atomic_load(&connections) > 0 ? idle_asking : 2 * idle_alone;
        if (quiet >= patience) {
            atomic_fetch_add(&wall_clock[0], (int64_t)(timeout - waited) * 1000000);
            return 0;
        }
    }
    return 0;
}
