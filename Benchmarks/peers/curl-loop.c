// What libcurl itself can post: one thread, one multi handle, so many requests in flight, nothing signed and nothing recorded.
//
//     curl-loop URL BODIES COUNT IN_FLIGHT      prints {"ok", "failed", "seconds"}
//
// BODIES holds one body a line; they are posted in turn. Gives up after 120 seconds.
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct body {
    char *text;
    size_t size;
};
static struct body *bodies;
static size_t bodies_count;

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static size_t discard(char *bytes, size_t size, size_t count, void *context) {
    (void)bytes;
    (void)context;
    return size * count;
}

static int read_bodies(const char *path) {
    FILE *file = fopen(path, "r");
    if (!file) return 0;
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    size_t room = 0;
    while ((length = getline(&line, &capacity, file)) > 0) {
        if (line[length - 1] == '\n') length--;
        if (bodies_count == room) {
            room = room ? room * 2 : 1024;
            bodies = realloc(bodies, room * sizeof *bodies);
            if (!bodies) return 0;
        }
        bodies[bodies_count].text = malloc((size_t)length + 1);
        if (!bodies[bodies_count].text) return 0;
        memcpy(bodies[bodies_count].text, line, (size_t)length);
        bodies[bodies_count++].size = (size_t)length;
    }
    free(line);
    fclose(file);
    return bodies_count > 0;
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fprintf(stderr, "usage: curl-loop URL BODIES COUNT IN_FLIGHT\n");
        return 64;
    }
    long count = atol(argv[3]), in_flight = atol(argv[4]);
    if (count < 1 || in_flight < 1 || !read_bodies(argv[2])) {
        fprintf(stderr, "no bodies in %s\n", argv[2]);
        return 1;
    }
    curl_global_init(CURL_GLOBAL_ALL);
    CURLM *multi = curl_multi_init();
    curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, in_flight);
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    headers = curl_slist_append(headers, "Expect:");
    long started = 0, ok = 0, failed = 0;
    double start = seconds();
    for (long i = 0; i < in_flight && started < count; i++, started++) {
        CURL *easy = curl_easy_init();
        struct body *body = &bodies[(size_t)started % bodies_count];
        curl_easy_setopt(easy, CURLOPT_URL, argv[1]);
        curl_easy_setopt(easy, CURLOPT_PROXY, "");
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 30000L);
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, discard);
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body->text);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)body->size);
        curl_multi_add_handle(multi, easy);
    }
    while (ok + failed < count && seconds() - start < 120) {
        int running;
        curl_multi_perform(multi, &running);
        CURLMsg *message;
        int left;
        while ((message = curl_multi_info_read(multi, &left))) {
            if (message->msg != CURLMSG_DONE) continue;
            CURL *easy = message->easy_handle;
            long status = 0;
            curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
            if (message->data.result == CURLE_OK && status / 100 == 2) ok++;
            else failed++;
            curl_multi_remove_handle(multi, easy);
            if (started == count) {
                curl_easy_cleanup(easy);
                continue;
            }
            struct body *body = &bodies[(size_t)started++ % bodies_count];
            curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body->text);
            curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)body->size);
            curl_multi_add_handle(multi, easy);
        }
        curl_multi_poll(multi, NULL, 0, 100, NULL);
    }
    printf("{\"ok\": %ld, \"failed\": %ld, \"seconds\": %.6f}\n", ok, failed, seconds() - start);
    curl_slist_free_all(headers);
    curl_multi_cleanup(multi);
    return ok == count ? 0 : 1;
}
