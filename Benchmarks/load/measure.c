// Runs a program and says what it took: wall and processor seconds, and the most memory it held.
//
//     measure REPORT PROGRAM ARGUMENT…      writes {"status", "wall", "cpu", "rss"} to REPORT; rss in KiB
//
// A program of its own because Linux counts the memory of the process that forked towards the peak of the one that
// is executed: from Python each figure would be Python's.
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: measure REPORT PROGRAM ARGUMENT...\n");
        return 64;
    }
    double start = seconds();
    pid_t child = fork();
    if (child < 0) {
        perror("fork");
        return 1;
    }
    if (child == 0) {
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    int status;
    struct rusage used;
    if (wait4(child, &status, 0, &used) < 0) {
        perror("wait4");
        return 1;
    }
    double wall = seconds() - start;
    double cpu = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec)
        + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    FILE *report = fopen(argv[1], "w");
    if (!report) {
        perror(argv[1]);
        return 1;
    }
    fprintf(report, "{\"status\": %d, \"wall\": %.6f, \"cpu\": %.6f, \"rss\": %ld}\n", code, wall, cpu, used.ru_maxrss);
    return fclose(report) == 0 ? 0 : 1;
}
