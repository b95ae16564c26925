/*
 * Davylamp range: an inert look-alike of a miner, dropper or watchdog, for tests only. It computes nothing, fetches nothing,
 * spreads nowhere and talks to 127.0.0.1 only. What it does is written as key=value lines behind its own end, after the
 * marker; it ends by itself at the time `until=` and does nothing at all when started later or without that line.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <time.h>
#include <unistd.h>

#define MOST 16
static const char marker[] = "#davylamp-range" "-look-alike\n";
static char *settings, *environment_end;
/* Words of a miner come from the settings, so that an honest program of the same kind holds none. */
static char *hello = "", *again = "";
static int is_veiled;
static char **arguments;
static time_t until;
static int burn;

struct kept { char *path; char *bytes; size_t size; mode_t mode; };
struct line { char *path; char *text; };
struct runner { char *path; };
static struct kept kept[MOST]; static int kept_count;
static struct line lines[MOST]; static int line_count;
static struct runner runners[MOST]; static int runner_count;

static char *whole(const char *path, size_t *size, mode_t *mode) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  struct stat st;
  if (fd < 0 || fstat(fd, &st) < 0) { if (fd >= 0) close(fd); return NULL; }
  char *bytes = malloc(st.st_size + 1);
  ssize_t got = 0, n;
  while (got < st.st_size && (n = read(fd, bytes + got, st.st_size - got)) > 0) got += n;
  close(fd);
  bytes[got] = 0;
  *size = got;
  if (mode) *mode = st.st_mode & 07777;
  return bytes;
}

static int spill(const char *path, const char *bytes, size_t size, mode_t mode, int extra) {
  int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | extra, mode);
  if (fd < 0) return -1;
  while (size > 0) { ssize_t n = write(fd, bytes, size); if (n <= 0) break; bytes += n; size -= n; }
  fchmod(fd, mode);
  return close(fd);
}

static void *burner(void *unused) {
  (void)unused;
  for (;;) {
    struct timespec begin, now;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    do { for (volatile int i = 0; i < 10000; i++); clock_gettime(CLOCK_MONOTONIC, &now); }
    while ((now.tv_sec - begin.tv_sec) * 1000 + (now.tv_nsec - begin.tv_nsec) / 1000000 < burn);
    if (burn < 100) usleep((100 - burn) * 1000);
  }
  return NULL;
}

/* The first thing it does, so that whoever kept it from starting can prove it: number, time and program, one line. */
static void leave(const char *path) {
  char program[512], line[640];
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
  program[n < 0 ? 0 : n] = 0;
  int size = snprintf(line, sizeof line, "%d %lld %s\n", getpid(), now.tv_sec * 1000LL + now.tv_nsec / 1000000, program);
  spill(path, line, size < (int)sizeof line ? size : sizeof line - 1, 0666, O_APPEND);
}

/* Two letters from a to p for each byte: a file of those holds no word of a miner. */
static void say_to(char *out, size_t room, const char *words) {
  size_t size = 0;
  if (!is_veiled) { snprintf(out, room, "%s\n", words); return; }
  for (; words[0] && words[1] && size + 2 < room; words += 2) out[size++] = (words[0] - 'a') << 4 | (words[1] - 'a');
  out[size++] = '\n';
  out[size] = 0;
}

/* Speaks like a pool's client, to the range's own fake pool. The buffers stay in memory as a real client's would. */
static void *talker(void *port_text) {
  static char greeting[1024], said[1024], heard[4096];
  for (;;) {
    int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(atoi(port_text)), .sin_addr = { htonl(INADDR_LOOPBACK) } };
    if (connect(s, (struct sockaddr *)&to, sizeof to) == 0) {
      say_to(greeting, sizeof greeting, hello);
      strcpy(said, greeting);
      while (send(s, said, strlen(said), MSG_NOSIGNAL) > 0) {
        struct timeval patience = { 10, 0 };
        setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        ssize_t n = recv(s, heard, sizeof heard - 1, 0);
        if (n == 0 || (n < 0 && errno != EAGAIN)) break;
        say_to(said, sizeof said, again);
        sleep(2);
      }
    }
    close(s);
    sleep(2);
  }
  return NULL;
}

static int runs(const char *path) {
  DIR *proc = opendir("/proc");
  struct dirent *entry;
  int found = 0;
  while (proc && !found && (entry = readdir(proc))) {
    char link[300], exe[512];
    if (entry->d_name[0] < '0' || entry->d_name[0] > '9' || atoi(entry->d_name) == getpid()) continue;
    snprintf(link, sizeof link, "/proc/%s/exe", entry->d_name);
    ssize_t n = readlink(link, exe, sizeof exe - 1);
    if (n < 0) continue;
    exe[n] = 0;
    size_t length = strlen(path);
    found = strncmp(exe, path, length) == 0 && (exe[length] == 0 || strcmp(exe + length, " (deleted)") == 0);
  }
  if (proc) closedir(proc);
  return found;
}

static void start(const char *path, const char *argument) {
  pid_t child = fork();
  if (child != 0) { if (child > 0) waitpid(child, NULL, 0); return; }
  if (fork() != 0) _exit(0);
  setsid();
  sigset_t none; sigemptyset(&none); sigprocmask(SIG_SETMASK, &none, NULL);
  execl(path, path, argument, (char *)NULL);
  _exit(1);
}

/* What a watchdog does: each half second, put back what is missing. */
static void keep_up(void) {
  for (int i = 0; i < kept_count; i++) if (kept[i].bytes && access(kept[i].path, F_OK) != 0) spill(kept[i].path, kept[i].bytes, kept[i].size, kept[i].mode, O_EXCL);
  for (int i = 0; i < line_count; i++) {
    size_t size;
    mode_t mode = 0600;
    char *now = whole(lines[i].path, &size, &mode);
    if (now == NULL || strstr(now, lines[i].text) == NULL) {
      char text[1024];
      snprintf(text, sizeof text, "%s\n", lines[i].text);
      spill(lines[i].path, text, strlen(text), mode, O_APPEND);
    }
    free(now);
  }
  for (int i = 0; i < runner_count; i++) if (access(runners[i].path, X_OK) == 0 && !runs(runners[i].path)) start(runners[i].path, NULL);
}

/* Two processes under one name; when one dies the other goes on under a new name, with another hash and the same size. */
static void twin_life(pid_t twin, int twin_is_parent, char *master) {
  size_t size;
  char *bytes = whole(master, &size, NULL), name[64];
  if (bytes == NULL) bytes = whole("/proc/self/exe", &size, NULL);
  while (time(NULL) < until) {
    usleep(300000);
    int alive = twin_is_parent ? getppid() == twin : waitpid(twin, NULL, WNOHANG) == 0;
    if (alive || bytes == NULL) continue;
    unsigned seed = time(NULL) ^ getpid();
    strcpy(name, "/usr/bin/");
    for (int i = 0; i < 10; i++) { name[9 + i] = 'a' + rand_r(&seed) % 26; bytes[size - 12 + i] = 'a' + rand_r(&seed) % 26; }
    name[19] = 0;
    spill(name, bytes, size, 0755, O_EXCL);
    start(name, NULL);
    exit(0);
  }
}

static void retitle(const char *title) {
  char *begin = arguments[0];
  size_t room = environment_end - begin;
  memset(begin, 0, room);
  strncpy(begin, title, room - 1);
  prctl(PR_SET_NAME, title);
}

int main(int argc, char **argv, char **envp) {
  arguments = argv;
  environment_end = argv[argc - 1] + strlen(argv[argc - 1]) + 1;
  for (char **e = envp; *e; e++) environment_end = *e + strlen(*e) + 1;
  size_t size;
  char *self = whole("/proc/self/exe", &size, NULL), *title = NULL, *port = NULL, *twin = NULL, *once = NULL;
  int threads = 1, detach = 0;
  /* The last one: the marker itself also lies among this program's own constants. */
  for (char *at = self; at && (at = memmem(at, size - (at - self), marker, sizeof marker - 1)); at++) settings = at;
  if (settings == NULL) return 0;
  for (char *l = strtok(settings, "\n"); l; l = strtok(NULL, "\n")) {
    char *value = strchr(l, '=');
    if (value == NULL) continue;
    *value++ = 0;
    char *second = strchr(value, '|');
    if (!strcmp(l, "leaves")) leave(value);
    if (!strcmp(l, "until")) until = atol(value);
    if (!strcmp(l, "burn")) burn = atoi(value);
    if (!strcmp(l, "threads")) threads = atoi(value);
    if (!strcmp(l, "title")) title = value;
    if (!strcmp(l, "pool")) port = value;
    if (!strcmp(l, "hello")) hello = value;
    if (!strcmp(l, "again")) again = value;
    if (!strcmp(l, "veiled-hello")) { hello = value; is_veiled = 1; }
    if (!strcmp(l, "veiled-again")) again = value;
    if (!strcmp(l, "twin")) twin = value;
    if (!strcmp(l, "once")) once = value;
    if (!strcmp(l, "detach")) detach = 1;
    if (!strcmp(l, "stubborn")) { signal(SIGINT, SIG_IGN); signal(SIGHUP, SIG_IGN); signal(SIGTERM, SIG_IGN); }
    if (!strcmp(l, "keep") && kept_count < MOST) kept[kept_count++].path = value;
    if (!strcmp(l, "keepline") && second && line_count < MOST) { *second = 0; lines[line_count].path = value; lines[line_count++].text = second + 1; }
    if (!strcmp(l, "keeprunning") && runner_count < MOST) runners[runner_count++].path = value;
  }
  if (time(NULL) >= until) return 0;
  if (detach) { if (fork() != 0) _exit(0); setsid(); if (fork() != 0) _exit(0); }
  if (once) {
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    snprintf(name.sun_path + 1, sizeof name.sun_path - 1, "davylamp-range-%s", once);
    int lock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), tries = 10;
    /* Whoever starts its own successor still holds the name for a moment. */
    while (bind(lock, (struct sockaddr *)&name, sizeof name) < 0) { if (tries-- == 0) return 0; usleep(100000); }
  }
  signal(SIGPIPE, SIG_IGN);
  for (int i = 0; i < kept_count; i++) kept[i].bytes = whole(kept[i].path, &kept[i].size, &kept[i].mode);
  if (title) retitle(title);
  if (twin) {
    pid_t first = getpid(), second = fork();
    if (second == 0) { retitle("cat resolv.conf"); twin_life(first, 1, twin); return 0; }
    twin_life(second, 0, twin);
    return 0;
  }
  pthread_t thread;
  for (int i = 0; burn > 0 && i < threads; i++) pthread_create(&thread, NULL, burner, NULL);
  if (port) pthread_create(&thread, NULL, talker, port);
  while (time(NULL) < until) { keep_up(); usleep(500000); }
  return 0;
}
