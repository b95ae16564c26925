/*
 * Davylamp test library: hides names and pids from readdir, getdents64, stat, statx, access, open and kill of the C library, and ports from fopen, so that
 * tests can show that Davylamp is not blinded. It changes nothing and hides nothing from system calls.
 */
#include "hide-readdir.c"
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/stat.h>

const char davylamp_banner_all[] = "Davylamp test library (hide-all): harmless, for the test range only";

static int hidden_path(const char *path) {
  char part[256];
  for (const char *at = path; at && *at;) {
    const char *slash = strchrnul(at, '/');
    size_t length = slash - at;
    if (length > 0 && length < sizeof part) { memcpy(part, at, length); part[length] = 0; if (hidden_name(part)) return 1; }
    at = *slash ? slash + 1 : NULL;
  }
  return 0;
}

#define NEXT(name) static __typeof__(name) *next; if (!next) next = dlsym(RTLD_NEXT, #name)
#define DENY(path) if (path && hidden_path(path)) { errno = ENOENT; return -1; }

int stat(const char *path, struct stat *st) { NEXT(stat); DENY(path) return next(path, st); }
int lstat(const char *path, struct stat *st) { NEXT(lstat); DENY(path) return next(path, st); }
int stat64(const char *path, struct stat64 *st) { NEXT(stat64); DENY(path) return next(path, st); }
int lstat64(const char *path, struct stat64 *st) { NEXT(lstat64); DENY(path) return next(path, st); }
int fstatat(int at, const char *path, struct stat *st, int flags) { NEXT(fstatat); DENY(path) return next(at, path, st, flags); }
int fstatat64(int at, const char *path, struct stat64 *st, int flags) { NEXT(fstatat64); DENY(path) return next(at, path, st, flags); }
int statx(int at, const char *restrict path, int flags, unsigned mask, struct statx *restrict st) { NEXT(statx); DENY(path) return next(at, path, flags, mask, st); }
int access(const char *path, int mode) { NEXT(access); DENY(path) return next(path, mode); }
int faccessat(int at, const char *path, int mode, int flags) { NEXT(faccessat); DENY(path) return next(at, path, mode, flags); }
ssize_t readlink(const char *restrict path, char *restrict to, size_t size) { NEXT(readlink); DENY(path) return next(path, to, size); }

/* Node asks for statx with syscall(2). */
long syscall(long number, ...) {
  NEXT(syscall);
  va_list more;
  va_start(more, number);
  long a[6];
  for (int i = 0; i < 6; i++) a[i] = va_arg(more, long);
  va_end(more);
  if (number == SYS_statx) { const char *path = (const char *)a[1]; DENY(path) }
  return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

#define MODE int mode = 0; if (flags & (O_CREAT | __O_TMPFILE)) { va_list more; va_start(more, flags); mode = va_arg(more, int); va_end(more); }
int open(const char *path, int flags, ...) { NEXT(open); MODE DENY(path) return next(path, flags, mode); }
int open64(const char *path, int flags, ...) { NEXT(open64); MODE DENY(path) return next(path, flags, mode); }
int openat(int at, const char *path, int flags, ...) { NEXT(openat); MODE DENY(path) return next(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { NEXT(openat64); MODE DENY(path) return next(at, path, flags, mode); }

/* A port is hidden where it is listed as `:3333`. */
static int hidden_port(const char *line) {
  for (const char *at = strchr(line, ':'); at; at = strchr(at + 1, ':')) {
    unsigned port;
    char name[16];
    if (sscanf(at, ":%4X ", &port) != 1 || at[5] != ' ') continue;
    snprintf(name, sizeof name, ":%u", port);
    if (listed(name)) return 1;
  }
  return 0;
}

/* What netstat(8) reads, without the lines of hidden ports. */
static FILE *without_ports(FILE *table) {
  FILE *rest = tmpfile();
  char line[4096];
  if (!rest) return table;
  while (fgets(line, sizeof line, table)) if (!hidden_port(line)) fputs(line, rest);
  fclose(table);
  rewind(rest);
  return rest;
}

FILE *fopen(const char *restrict path, const char *restrict how) {
  NEXT(fopen);
  if (path && hidden_path(path)) { errno = ENOENT; return NULL; }
  FILE *file = next(path, how);
  return file && path && strncmp(path, "/proc/net/", 10) == 0 ? without_ports(file) : file;
}
ssize_t getdents64(int fd, void *buffer, size_t size) {
  NEXT(getdents64);
  ssize_t length = next(fd, buffer, size), left = 0;
  for (ssize_t at = 0; at < length;) {
    struct dirent64 *entry = (struct dirent64 *)((char *)buffer + at);
    unsigned short step = entry->d_reclen;
    if (!hidden_name(entry->d_name)) { memmove((char *)buffer + left, entry, step); left += step; }
    at += step;
  }
  return length < 0 ? length : left;
}
DIR *opendir(const char *path) { NEXT(opendir); if (path && hidden_path(path)) { errno = ENOENT; return NULL; } return next(path); }

int kill(pid_t pid, int signal) {
  NEXT(kill);
  char name[16];
  snprintf(name, sizeof name, "%d", (int)pid);
  if (pid > 0 && hidden_name(name)) { errno = ESRCH; return -1; }
  return next(pid, signal);
}
