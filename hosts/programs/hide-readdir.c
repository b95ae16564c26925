/*
 * Davylamp test library: hides names from readdir(3) and scandir(3), as preload rootkits do, so that tests can show that Davylamp is not
 * blinded. It changes nothing and hides nothing from system calls. What to hide: the lines behind its own marker.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

const char davylamp_banner[] = "Davylamp test library (hide-readdir): harmless, for the test range only";
static const char hidden[] = HIDDEN;

static int listed(const char *name) {
  size_t length = strlen(name);
  for (const char *at = hidden; *at; at = strchr(at, '\n') + 1) if (strncmp(at, name, length) == 0 && at[length] == '\n') return 1;
  return 0;
}

/* A pid is hidden when its comm is listed. */
static int hidden_name(const char *name) {
  if (listed(name)) return 1;
  if (name[0] < '0' || name[0] > '9') return 0;
  char path[64], comm[32];
  snprintf(path, sizeof path, "/proc/%.10s/comm", name);
  static long (*kernel)(long, ...);
  if (!kernel) kernel = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
  int fd = kernel(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  ssize_t got = kernel(SYS_read, fd, comm, sizeof comm - 1);
  kernel(SYS_close, fd);
  if (got <= 0) return 0;
  comm[got - 1] = 0;
  return listed(comm);
}

struct dirent *readdir(DIR *directory) {
  static struct dirent *(*next)(DIR *);
  if (!next) next = dlsym(RTLD_NEXT, "readdir");
  struct dirent *entry;
  do entry = next(directory); while (entry && hidden_name(entry->d_name));
  return entry;
}

struct dirent64 *readdir64(DIR *directory) {
  static struct dirent64 *(*next)(DIR *);
  if (!next) next = dlsym(RTLD_NEXT, "readdir64");
  struct dirent64 *entry;
  do entry = next(directory); while (entry && hidden_name(entry->d_name));
  return entry;
}

/* Node lists directories with scandir(3), which calls readdir inside the C library where no hook reaches. */
#define SCANDIR(name, entry_type) \
  int name(const char *restrict directory, entry_type ***restrict list, int (*filter)(const entry_type *), \
           int (*compare)(const entry_type **, const entry_type **)) { \
    static __typeof__(name) *next; \
    if (!next) next = dlsym(RTLD_NEXT, #name); \
    int count = next(directory, list, filter, compare), left = 0; \
    for (int i = 0; i < count; i++) \
      if (hidden_name((*list)[i]->d_name)) free((*list)[i]); else (*list)[left++] = (*list)[i]; \
    return count < 0 ? count : left; \
  }
SCANDIR(scandir, struct dirent)
SCANDIR(scandir64, struct dirent64)
