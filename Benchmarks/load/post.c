// Posts bodies over kept connections and says how long the answers took; with --listen it is the receiver as well, so that
// one clock sees an event leave and arrive.
//
//     post --port P --path PATH --bodies FILE --count N [--connections 64] [--rate PER_SECOND] [--token-file FILE]
//          [--responses FILE] [--listen P [--silent P] [--expect N]] [--deadline SECONDS]
//
// BODIES holds one body a line; request i posts line i, from the start again after the last. Without --rate each connection
// posts as soon as it has its answer (a closed loop); with it request i is due i/rate after the start and its time counts
// from then, so that a server that stalls is charged for the requests that it kept waiting. The receiver answers 200 to
// every POST and takes the number behind `"n":` in its body for the index of the request; it waits for --expect (all) of
// them. On the --silent port connections are taken and never answered. Prints one JSON object; times in
// milliseconds. Ends by itself after --deadline (60) seconds.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER = 1 << 18 };

struct peer {
    enum { CALLER, RECEIVED, LISTENER, SILENT, TIMER } kind;
    int fd;
    bool busy;
    long request;
    char *out;
    size_t out_size, out_sent, out_room;
    char *in;
    size_t in_size;
};

static int epoll, port, listen_port, silent_port;
static const char *path = "/";
static char token[8192];
static char **bodies;
static size_t bodies_count;
static long count, next_request, answered, ok, arrived, expected = -1;
static double rate, started_at;
static double *due, *accepted_at, *arrived_at; // absolute seconds; 0 where it has not happened
static FILE *responses;

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void *allocate(size_t size) {
    void *memory = calloc(1, size ? size : 1);
    if (!memory) fail("memory");
    return memory;
}

static void watch(struct peer *peer, uint32_t events, int operation) {
    struct epoll_event event = {.events = events, .data.ptr = peer};
    if (epoll_ctl(epoll, operation, peer->fd, &event) < 0) fail("epoll_ctl");
}

static struct sockaddr_in loopback(int number) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)number)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static void open_connection(struct peer *peer) {
    peer->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = loopback(port);
    if (peer->fd < 0 || connect(peer->fd, (struct sockaddr *)&address, sizeof address) < 0) fail("connect");
    int one = 1;
    setsockopt(peer->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(peer->fd, F_SETFL, O_NONBLOCK);
    peer->in_size = peer->out_size = peer->out_sent = 0;
    watch(peer, EPOLLIN, EPOLL_CTL_ADD);
}

static void open_listener(struct peer *peer, int number) {
    peer->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int one = 1;
    setsockopt(peer->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in address = loopback(number);
    if (bind(peer->fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(peer->fd, 512) < 0) fail("listen");
    watch(peer, EPOLLIN, EPOLL_CTL_ADD);
}

static void append(struct peer *peer, const char *bytes, size_t size) {
    if (peer->out_size + size > peer->out_room) {
        peer->out_room = (peer->out_size + size) * 2;
        peer->out = realloc(peer->out, peer->out_room);
        if (!peer->out) fail("memory");
    }
    memcpy(peer->out + peer->out_size, bytes, size);
    peer->out_size += size;
}

// False where the connection is lost.
static bool flush(struct peer *peer) {
    while (peer->out_sent < peer->out_size) {
        ssize_t n = write(peer->fd, peer->out + peer->out_sent, peer->out_size - peer->out_sent);
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
            watch(peer, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
            return true;
        }
        if (n <= 0) return false;
        peer->out_sent += (size_t)n;
    }
    peer->out_size = peer->out_sent = 0;
    return true;
}

static void begin(struct peer *peer) {
    peer->request = next_request++;
    peer->busy = true;
    const char *body = bodies[(size_t)peer->request % bodies_count];
    char head[9000];
    int size = snprintf(head, sizeof head,
        "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s%s%sContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
        path, port, *token ? "Authorization: Bearer " : "", token, *token ? "\r\n" : "", strlen(body));
    if (rate == 0) due[peer->request] = seconds();
    append(peer, head, (size_t)size);
    append(peer, body, strlen(body));
    flush(peer); // a lost connection shows when it is read
}

static bool may_begin(void) {
    return next_request < count && (rate == 0 || started_at + (double)next_request / rate <= seconds());
}

// The size of the message at the start of the buffer, 0 while it is not whole; `body` is where its body begins.
static size_t message_size(struct peer *peer, size_t *body) {
    char *end = memmem(peer->in, peer->in_size, "\r\n\r\n", 4);
    if (!end) return 0;
    *end = 0;
    char *length = strcasestr(peer->in, "\r\ncontent-length:");
    bool chunked = strcasestr(peer->in, "\r\ntransfer-encoding:") != NULL;
    size_t size = length ? strtoull(length + 17, NULL, 10) : 0;
    *end = '\r';
    *body = (size_t)(end - peer->in) + 4;
    if (chunked) {
        char *last = memmem(peer->in + *body - 2, peer->in_size - *body + 2, "\r\n0\r\n\r\n", 7);
        return last ? (size_t)(last - peer->in) + 7 : 0;
    }
    return peer->in_size >= *body + size ? *body + size : 0;
}

static void answer_came(struct peer *peer, size_t body, size_t size) {
    answered++;
    if (peer->in_size > 9 && peer->in[9] == '2') {
        ok++;
        accepted_at[peer->request] = seconds();
    } else if (answered - ok == 1) {
        fprintf(stderr, "first refused: %.*s\n", (int)(size > 600 ? 600 : size), peer->in);
    }
    if (responses) {
        fwrite(peer->in + body, 1, size - body, responses);
        fputc('\n', responses);
    }
    peer->busy = false;
}

static void delivery_came(struct peer *peer, size_t body, size_t size) {
    static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    char *n = memmem(peer->in + body, size - body, "\"n\":", 4);
    if (n) {
        long index = strtol(n + 4, NULL, 10);
        if (index >= 0 && index < count && arrived_at[index] == 0) {
            arrived_at[index] = seconds();
            arrived++;
        }
    }
    append(peer, reply, sizeof reply - 1);
}

// False where the connection has ended.
static bool receive(struct peer *peer) {
    for (;;) {
        ssize_t n = read(peer->fd, peer->in + peer->in_size, BUFFER - 1 - peer->in_size);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN) break;
        if (n <= 0) return false;
        peer->in_size += (size_t)n;
        peer->in[peer->in_size] = 0;
        size_t body = 0, size;
        while ((size = message_size(peer, &body)) > 0) {
            if (peer->kind == CALLER) answer_came(peer, body, size);
            else delivery_came(peer, body, size);
            memmove(peer->in, peer->in + size, peer->in_size - size);
            peer->in_size -= size;
            peer->in[peer->in_size] = 0;
        }
        if (peer->in_size == BUFFER - 1) return false;
    }
    return flush(peer);
}

static void handle(struct peer *peer, uint32_t events) {
    if (peer->kind == TIMER) {
        uint64_t expirations;
        if (read(peer->fd, &expirations, sizeof expirations) < 0 && errno != EAGAIN) fail("timer");
        return;
    }
    if (peer->kind == SILENT) {
        while (accept4(peer->fd, NULL, NULL, SOCK_CLOEXEC) >= 0) {} // held open until this program ends
        return;
    }
    if (peer->kind == LISTENER) {
        for (int fd; (fd = accept4(peer->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
            struct peer *new = allocate(sizeof *new);
            *new = (struct peer){.kind = RECEIVED, .fd = fd, .in = allocate(BUFFER)};
            int one = 1;
            setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
            watch(new, EPOLLIN, EPOLL_CTL_ADD);
        }
        return;
    }
    if (events & EPOLLOUT) {
        watch(peer, EPOLLIN, EPOLL_CTL_MOD);
        flush(peer);
    }
    if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR)) || receive(peer)) return;
    close(peer->fd);
    if (peer->kind == RECEIVED) {
        free(peer->in);
        free(peer->out);
        free(peer);
        return;
    }
    // A kept connection may be closed at any time; a request on it that has no answer counts as failed.
    if (peer->busy) answered++;
    peer->busy = false;
    open_connection(peer);
}

static int by_value(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

// The percentiles of `to - from` in milliseconds where both are known.
static void print_percentiles(const char *name, const double *from, const double *to) {
    double *times = allocate((size_t)count * sizeof *times);
    long n = 0;
    for (long i = 0; i < count; i++)
        if (from[i] > 0 && to[i] > 0) times[n++] = (to[i] - from[i]) * 1e3;
    qsort(times, (size_t)n, sizeof *times, by_value);
    if (n > 0)
        printf(", \"%s\": {\"p50\": %.4f, \"p95\": %.4f, \"p99\": %.4f, \"max\": %.4f}", name, times[n / 2],
            times[n * 95 / 100], times[n * 99 / 100], times[n - 1]);
    free(times);
}

static void read_bodies(const char *file_path) {
    FILE *file = fopen(file_path, "r");
    if (!file) fail(file_path);
    char *line = NULL;
    size_t capacity = 0, room = 0;
    for (ssize_t length; (length = getline(&line, &capacity, file)) > 0;) {
        if (line[length - 1] == '\n') line[length - 1] = 0;
        if (bodies_count == room) {
            room = room ? room * 2 : 1024;
            bodies = realloc(bodies, room * sizeof *bodies);
            if (!bodies) fail("memory");
        }
        if (!(bodies[bodies_count++] = strdup(line))) fail("memory");
    }
    free(line);
    fclose(file);
}

int main(int argc, char **argv) {
    static const struct option options[] = {
        {"port", required_argument, NULL, 'p'},      {"path", required_argument, NULL, 'a'},
        {"bodies", required_argument, NULL, 'b'},    {"count", required_argument, NULL, 'n'},
        {"connections", required_argument, NULL, 'c'}, {"rate", required_argument, NULL, 'r'},
        {"token-file", required_argument, NULL, 't'}, {"responses", required_argument, NULL, 'o'},
        {"listen", required_argument, NULL, 'l'},    {"deadline", required_argument, NULL, 'd'},
        {"silent", required_argument, NULL, 's'},    {"expect", required_argument, NULL, 'e'},
        {NULL, 0, NULL, 0},
    };
    long connections = 64;
    double deadline = 60;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        FILE *file;
        switch (option) {
        case 'p': port = atoi(optarg); break;
        case 'a': path = optarg; break;
        case 'b': read_bodies(optarg); break;
        case 'n': count = atol(optarg); break;
        case 'c': connections = atol(optarg); break;
        case 'r': rate = atof(optarg); break;
        case 'l': listen_port = atoi(optarg); break;
        case 's': silent_port = atoi(optarg); break;
        case 'e': expected = atol(optarg); break;
        case 'd': deadline = atof(optarg); break;
        case 't':
            file = fopen(optarg, "r");
            if (!file || fscanf(file, "%8191s", token) != 1) fail(optarg);
            fclose(file);
            break;
        case 'o':
            responses = fopen(optarg, "w");
            if (!responses) fail(optarg);
            break;
        default: return 64;
        }
    }
    if (port < 1 || count < 1 || connections < 1 || bodies_count < 1) {
        fprintf(stderr, "--port, --bodies and --count are needed\n");
        return 64;
    }
    if (connections > count) connections = count;
    due = allocate((size_t)count * sizeof *due);
    accepted_at = allocate((size_t)count * sizeof *accepted_at);
    arrived_at = allocate((size_t)count * sizeof *arrived_at);
    epoll = epoll_create1(EPOLL_CLOEXEC);

    struct peer listener = {.kind = LISTENER}, silent = {.kind = SILENT}, timer = {.kind = TIMER};
    if (listen_port > 0) open_listener(&listener, listen_port);
    if (silent_port > 0) open_listener(&silent, silent_port);
    if (expected < 0) expected = count;
    struct peer *callers = allocate((size_t)connections * sizeof *callers);
    for (long i = 0; i < connections; i++) {
        callers[i] = (struct peer){.kind = CALLER, .in = allocate(BUFFER)};
        open_connection(&callers[i]);
    }
    started_at = seconds();
    if (rate > 0) {
        for (long i = 0; i < count; i++) due[i] = started_at + (double)i / rate;
        // Twice a request's interval, and at most a millisecond late.
        long interval = (long)(0.5e9 / rate);
        if (interval > 1000000) interval = 1000000;
        if (interval < 1000) interval = 1000;
        struct itimerspec ticks = {.it_interval.tv_nsec = interval, .it_value.tv_nsec = interval};
        timer.fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
        if (timer.fd < 0 || timerfd_settime(timer.fd, 0, &ticks, NULL) < 0) fail("timer");
        watch(&timer, EPOLLIN, EPOLL_CTL_ADD);
    }
    double answered_all = 0, now = started_at;
    while (now - started_at < deadline) {
        for (long i = 0; i < connections && may_begin(); i++)
            if (!callers[i].busy) begin(&callers[i]);
        struct epoll_event events[128];
        int n = epoll_wait(epoll, events, 128, 100);
        if (n < 0 && errno != EINTR) fail("epoll_wait");
        for (int i = 0; i < n; i++) {
            struct peer *peer = events[i].data.ptr;
            bool is_caller = peer->kind == CALLER; // a closed receiving connection is freed by `handle`
            handle(peer, events[i].events);
            if (is_caller && !peer->busy && may_begin()) begin(peer);
        }
        now = seconds();
        if (answered == count && answered_all == 0) answered_all = now;
        if (answered_all > 0 && (listen_port == 0 || arrived >= expected)) break;
    }
    if (responses) fclose(responses);
    printf("{\"count\": %ld, \"ok\": %ld, \"answered\": %ld, \"arrived\": %ld, \"seconds\": %.6f", count, ok, answered,
        arrived, (answered_all > 0 ? answered_all : now) - started_at);
    print_percentiles("answer", due, accepted_at);
    if (listen_port > 0) {
        print_percentiles("arrival", due, arrived_at);
        print_percentiles("arrivalAfterAnswer", accepted_at, arrived_at);
    }
    printf("}\n");
    return ok == count && (listen_port == 0 || arrived >= expected) ? 0 : 1;
}
