// Starts programs and tells how long each start took, from fork to the parent's knowing of the end, in nanoseconds.
//   starts time COUNT PROGRAM…           COUNT starts, the programs in turn
//   starts storm SECONDS WORKERS PROGRAM…  WORKERS at once for SECONDS; how many were started, and how many were refused
// One line of JSON on standard output.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { NOT_STARTED = 127 };

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

// Whether the program was started and ended as it should.
static int start(char *program) {
  pid_t pid = fork();
  if (pid == 0) {
    char *words[] = {program, NULL}, *none[] = {NULL};
    execve(program, words, none);
    _exit(NOT_STARTED);
  }
  int status;
  return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) != NOT_STARTED;
}

static int byLength(const void *a, const void *b) {
  long long x = *(const long long *)a, y = *(const long long *)b;
  return (x > y) - (x < y);
}

static int timed(int count, char **programs, int kinds) {
  long long *took = calloc(count, sizeof *took);
  int refused = 0;
  for (int at = 0; at < count; at++) {
    long long from = now();
    refused += !start(programs[at % kinds]);
    took[at] = now() - from;
  }
  qsort(took, count, sizeof *took, byLength);
  printf("{\"count\":%d,\"refused\":%d,\"p50\":%lld,\"p95\":%lld,\"p99\":%lld}\n", count, refused, took[count / 2],
         took[count * 95 / 100], took[count * 99 / 100]);
  return 0;
}

static int storm(int seconds, int workers, char **programs, int kinds) {
  struct { long started, refused; long long longest; } *told =
      mmap(NULL, sizeof *told * workers, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  long long begin = now(), end = begin + seconds * 1000000000LL;
  for (int worker = 0; worker < workers; worker++) {
    if (fork() != 0) continue;
    for (long at = worker; now() < end; at++) {
      long long from = now();
      if (start(programs[at % kinds])) told[worker].started++;
      else told[worker].refused++;
      long long took = now() - from;
      if (took > told[worker].longest) told[worker].longest = took;
    }
    _exit(0);
  }
  while (wait(NULL) > 0);
  double took = (now() - begin) / 1e9;
  long started = 0, refused = 0;
  long long longest = 0;
  for (int worker = 0; worker < workers; worker++) {
    started += told[worker].started, refused += told[worker].refused;
    if (told[worker].longest > longest) longest = told[worker].longest;
  }
  printf("{\"started\":%ld,\"refused\":%ld,\"seconds\":%.3f,\"longest\":%lld}\n", started, refused, took, longest);
  return 0;
}

// What is started may print what it likes; our own line goes where standard output went.
static void hush(void) {
  int told = fcntl(1, F_DUPFD_CLOEXEC, 3), nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (told < 0 || nowhere < 0 || dup2(nowhere, 1) < 0 || dup2(nowhere, 2) < 0) exit(1);
  stdout = fdopen(told, "w");
}

int main(int count, char **words) {
  hush();
  if (count >= 4 && strcmp(words[1], "time") == 0) return timed(atoi(words[2]), words + 3, count - 3);
  if (count >= 5 && strcmp(words[1], "storm") == 0) return storm(atoi(words[2]), atoi(words[3]), words + 4, count - 4);
  return 2;
}
