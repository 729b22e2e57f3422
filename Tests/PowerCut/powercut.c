#define _GNU_SOURCE
#include "powercut.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECTOR = 512, FILES = 64, DESCRIPTORS = 1024, RENAMES = 64 };

// A sector that was written since the last sync, and what it held then.
struct sector {
  unsigned char before[SECTOR];
  int is_written;  // since the last sync
  int is_whole;    // written from end to end, so that garbage in it harms nothing else
};

struct file {
  dev_t device;
  ino_t number;
  char path[PATH_MAX];
  int64_t synced_size;
  int is_named;  // its folder was synced since it was made
  struct sector **sectors;
  int64_t sector_count;
};

struct renamed {
  char from[PATH_MAX], to[PATH_MAX];
  char before[PATH_MAX];  // a second name of the file that was there before, or empty
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static char folder[PATH_MAX];
static size_t folder_length;
static struct file files[FILES];
static int file_count;
static int file_of[DESCRIPTORS];  // index + 1; 0 = not watched
static struct renamed renames[RENAMES];
static int rename_count;
static long changes, cut_call;
static uint64_t chance_state;
static int fail_kind, fail_error, fail_lasting;
static long fail_call, fail_calls;

#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name) {
  void *address = dlsym(RTLD_NEXT, name);
  if (!address) _exit(99);
  return address;
}

static uint64_t chance(uint64_t bound) {
  chance_state += 0x9e3779b97f4a7c15u;
  uint64_t word = chance_state;
  word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9u;
  word = (word ^ (word >> 27)) * 0x94d049bb133111ebu;
  return (word ^ (word >> 31)) % bound;
}

static int is_watched(const char *path) {
  return folder_length && strncmp(path, folder, folder_length) == 0;
}

// Shared memory is lost with the power and rebuilt by whoever opens the log: nothing to tear.
static int is_volatile(const char *path) {
  size_t length = strlen(path);
  return length >= 4 && strcmp(path + length - 4, "-shm") == 0;
}

static struct file *file_at(int descriptor) {
  if (descriptor < 0 || descriptor >= DESCRIPTORS || !file_of[descriptor]) return NULL;
  return &files[file_of[descriptor] - 1];
}

static int64_t size_of(int descriptor) {
  struct stat status;
  return fstat(descriptor, &status) == 0 ? status.st_size : 0;
}

static void note_open(int descriptor, const char *path, int was_there) {
  struct stat status;
  if (descriptor < 0 || descriptor >= DESCRIPTORS || !is_watched(path)) return;
  if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return;
  int index = 0;
  while (index < file_count && !(files[index].device == status.st_dev &&
                                 files[index].number == status.st_ino)) {
    index++;
  }
  if (index == file_count) {
    if (file_count == FILES) return;
    struct file *file = &files[file_count++];
    memset(file, 0, sizeof *file);
    file->device = status.st_dev;
    file->number = status.st_ino;
    file->synced_size = status.st_size;
    file->is_named = was_there;
    snprintf(file->path, sizeof file->path, "%s", path);
  }
  file_of[descriptor] = index + 1;
}

static struct sector *sector_at(struct file *file, int64_t index) {
  if (index >= file->sector_count) {
    int64_t count = index * 2 + 64;
    file->sectors = realloc(file->sectors, sizeof *file->sectors * (size_t)count);
    if (!file->sectors) _exit(99);
    memset(file->sectors + file->sector_count, 0,
           sizeof *file->sectors * (size_t)(count - file->sector_count));
    file->sector_count = count;
  }
  if (!file->sectors[index]) file->sectors[index] = calloc(1, sizeof(struct sector));
  if (!file->sectors[index]) _exit(99);
  return file->sectors[index];
}

static void read_sector(struct file *file, int descriptor, int64_t index, void *bytes) {
  if (REAL(pread64)(descriptor, bytes, SECTOR, index * SECTOR) >= 0) return;
  // The program may have opened it for writing only.
  int reader = REAL(open64)(file->path, O_RDONLY | O_CLOEXEC);
  if (reader < 0 || REAL(pread64)(reader, bytes, SECTOR, index * SECTOR) < 0) _exit(99);
  REAL(close)(reader);
}

// Remembers what the sectors of a range held at the last sync, before they change.
static void note_change(int descriptor, int64_t start, int64_t end) {
  struct file *file = file_at(descriptor);
  if (!file || end <= start || is_volatile(file->path)) return;
  for (int64_t index = start / SECTOR; index * SECTOR < end; index++) {
    struct sector *sector = sector_at(file, index);
    if (!sector->is_written) {
      memset(sector->before, 0, SECTOR);
      read_sector(file, descriptor, index, sector->before);
    }
    sector->is_written = 1;
    if (start <= index * SECTOR && end >= (index + 1) * SECTOR) sector->is_whole = 1;
  }
}

static void drop_sectors(struct file *file) {
  for (int64_t index = 0; index < file->sector_count; index++) {
    free(file->sectors[index]);
    file->sectors[index] = NULL;
  }
}

static void forget(struct file *file) {
  drop_sectors(file);
  file->number = 0;
  file->path[0] = 0;
}

static void note_sync(int descriptor) {
  struct file *file = file_at(descriptor);
  if (file) {
    drop_sectors(file);
    file->synced_size = size_of(descriptor);
    return;
  }
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return;
  for (int index = 0; index < file_count; index++) {
    char *name = files[index].path;
    if (strncmp(name, path, (size_t)length) == 0 && name[length] == '/' &&
        !strchr(name + length + 1, '/')) {
      files[index].is_named = 1;
    }
  }
  for (int index = 0; index < rename_count; index++) {
    if (renames[index].before[0]) REAL(unlink)(renames[index].before);
  }
  rename_count = 0;
}

static void garbage(unsigned char *bytes) {
  for (int index = 0; index < SECTOR; index++) bytes[index] = (unsigned char)chance(256);
}

// Decides the fate of one file: all lost, all kept, a beginning kept, or each sector by itself.
static void tear(struct file *file) {
  int descriptor = REAL(open64)(file->path, O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return;
  int64_t size = size_of(descriptor);
  uint64_t fate = chance(4);
  int64_t kept = (int64_t)chance((uint64_t)size / SECTOR + 2);
  for (int64_t index = 0; index < file->sector_count; index++) {
    struct sector *sector = file->sectors[index];
    if (!sector || !sector->is_written || fate == 1) continue;
    int stays = fate == 2 ? index < kept : fate == 3 ? (int)chance(2) : 0;
    if (stays) continue;
    unsigned char bytes[SECTOR];
    memcpy(bytes, sector->before, SECTOR);
    if (sector->is_whole && chance(8) == 0) garbage(bytes);
    int64_t start = index * SECTOR;
    int64_t length = size - start < SECTOR ? size - start : SECTOR;
    if (length > 0 && REAL(pwrite64)(descriptor, bytes, (size_t)length, start) < 0) _exit(99);
  }
  if (size > file->synced_size && fate != 1) {
    int64_t more = size - file->synced_size;
    int64_t left = fate == 0 ? 0 : (int64_t)chance((uint64_t)more + 1);
    if (REAL(ftruncate64)(descriptor, file->synced_size + left) != 0) _exit(99);
  } else if (size < file->synced_size && fate != 1) {
    // A shortening that was not synced: the old bytes come back.
    if (REAL(ftruncate64)(descriptor, file->synced_size) != 0) _exit(99);
    for (int64_t index = size / SECTOR; index < file->sector_count; index++) {
      struct sector *sector = file->sectors[index];
      if (!sector || !sector->is_written) continue;
      int64_t length = file->synced_size - index * SECTOR;
      if (length <= 0) break;
      if (length > SECTOR) length = SECTOR;
      if (REAL(pwrite64)(descriptor, sector->before, (size_t)length, index * SECTOR) < 0) _exit(99);
    }
  }
  REAL(close)(descriptor);
}

static void cut(void) {
  for (int index = 0; index < file_count; index++) tear(&files[index]);
  for (int index = rename_count - 1; index >= 0; index--) {
    int is_undone = (int)chance(2);
    if (is_undone) REAL(rename)(renames[index].to, renames[index].from);
    if (!renames[index].before[0]) continue;
    // The name leads to the old file or to the new one, never to none.
    for (int other = 0; other < file_count; other++) {
      if (strcmp(files[other].path, renames[index].to) != 0) continue;
      if (is_undone) snprintf(files[other].path, PATH_MAX, "%s", renames[index].from);
      if (!is_undone) files[other].is_named = 1;
    }
    if (is_undone) REAL(rename)(renames[index].before, renames[index].to);
    if (!is_undone) REAL(unlink)(renames[index].before);
  }
  for (int index = 0; index < file_count; index++) {
    if (!files[index].is_named && chance(2)) REAL(unlink)(files[index].path);
  }
  _exit(POWERCUT_STATUS);
}

// Counts a call that changed files; the power goes after it, with the change not yet safe.
static void note_changed(void) {
  if (cut_call && ++changes >= cut_call) cut();
}

// Whether this call must fail; sets errno.
static int fails(int kind, const char *path, int descriptor) {
  if (!fail_call || !(fail_kind & kind)) return 0;
  if (path ? !is_watched(path) : !file_at(descriptor)) return 0;
  fail_calls++;
  if (fail_lasting ? fail_calls < fail_call : fail_calls != fail_call) return 0;
  errno = fail_error;
  return 1;
}

void powercut_watch(const char *path) {
  pthread_mutex_lock(&mutex);
  snprintf(folder, sizeof folder, "%s/", path);
  folder_length = strlen(folder);
  for (int index = 0; index < file_count; index++) forget(&files[index]);
  for (int index = 0; index < DESCRIPTORS; index++) file_of[index] = 0;
  file_count = rename_count = 0;
  pthread_mutex_unlock(&mutex);
}

void powercut_cut_at(long call, unsigned long long seed) {
  pthread_mutex_lock(&mutex);
  cut_call = call;
  changes = 0;
  chance_state = seed;
  pthread_mutex_unlock(&mutex);
}

void powercut_fail_at(int kind, long call, int error, int lasting) {
  pthread_mutex_lock(&mutex);
  fail_kind = kind;
  fail_call = call;
  fail_calls = 0;
  fail_error = error;
  fail_lasting = lasting;
  pthread_mutex_unlock(&mutex);
}

long powercut_calls(void) {
  pthread_mutex_lock(&mutex);
  long calls = fail_calls;
  pthread_mutex_unlock(&mutex);
  return calls;
}

// The calls that are taken over. Each does its work under the lock, so that a cut sees all of it.

static int open_watched(const char *path, int flags, mode_t mode) {
  int (*next)(const char *, int, ...) = real("open64");
  if (!folder_length || !is_watched(path)) return next(path, flags, mode);
  pthread_mutex_lock(&mutex);
  int was_there = access(path, F_OK) == 0;
  int descriptor = next(path, flags, mode);
  note_open(descriptor, path, was_there);
  if (!was_there && descriptor >= 0) note_changed();
  pthread_mutex_unlock(&mutex);
  return descriptor;
}

int open(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return open_watched(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return open_watched(path, flags, mode);
}

int close(int descriptor) {
  pthread_mutex_lock(&mutex);
  if (descriptor >= 0 && descriptor < DESCRIPTORS) file_of[descriptor] = 0;
  int status = REAL(close)(descriptor);
  pthread_mutex_unlock(&mutex);
  return status;
}

static ssize_t write_watched(int descriptor, const void *bytes, size_t count, int64_t at) {
  pthread_mutex_lock(&mutex);
  ssize_t wrote = -1;
  if (!fails(POWERCUT_WRITE, NULL, descriptor)) {
    if (count > 1 && fails(POWERCUT_SHORT, NULL, descriptor)) count /= 2;
    note_change(descriptor, at, at + (int64_t)count);
    wrote = REAL(pwrite64)(descriptor, bytes, count, at);
    note_changed();
  }
  pthread_mutex_unlock(&mutex);
  return wrote;
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t at) {
  if (!file_at(descriptor)) return REAL(pwrite64)(descriptor, bytes, count, at);
  return write_watched(descriptor, bytes, count, at);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t at) {
  return pwrite64(descriptor, bytes, count, at);
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
  if (!file_at(descriptor)) return REAL(write)(descriptor, bytes, count);
  int64_t at = lseek(descriptor, 0, SEEK_CUR);
  ssize_t wrote = write_watched(descriptor, bytes, count, at);
  if (wrote > 0) lseek(descriptor, at + wrote, SEEK_SET);
  return wrote;
}

ssize_t pread64(int descriptor, void *bytes, size_t count, off64_t at) {
  pthread_mutex_lock(&mutex);
  int fail = fails(POWERCUT_READ, NULL, descriptor);
  pthread_mutex_unlock(&mutex);
  return fail ? -1 : REAL(pread64)(descriptor, bytes, count, at);
}

ssize_t pread(int descriptor, void *bytes, size_t count, off_t at) {
  return pread64(descriptor, bytes, count, at);
}

static int sync_watched(int descriptor) {
  if (!folder_length) return REAL(fsync)(descriptor);
  pthread_mutex_lock(&mutex);
  int status = -1;
  if (!fails(POWERCUT_SYNC, NULL, descriptor)) {
    status = 0;
    note_changed();
    note_sync(descriptor);
  }
  pthread_mutex_unlock(&mutex);
  return status;
}

int fsync(int descriptor) { return sync_watched(descriptor); }

int fdatasync(int descriptor) { return sync_watched(descriptor); }

int ftruncate64(int descriptor, off64_t size) {
  if (!file_at(descriptor)) return REAL(ftruncate64)(descriptor, size);
  pthread_mutex_lock(&mutex);
  int status = -1;
  if (!fails(POWERCUT_WRITE, NULL, descriptor)) {
    note_change(descriptor, size, size_of(descriptor));
    status = REAL(ftruncate64)(descriptor, size);
    note_changed();
  }
  pthread_mutex_unlock(&mutex);
  return status;
}

int ftruncate(int descriptor, off_t size) { return ftruncate64(descriptor, size); }

int rename(const char *from, const char *to) {
  if (!is_watched(to)) return REAL(rename)(from, to);
  pthread_mutex_lock(&mutex);
  int status = -1;
  if (!fails(POWERCUT_WRITE, to, -1)) {
    char before[PATH_MAX];
    int length = snprintf(before, sizeof before, "%s.%d.before", to, rename_count);
    if (length < 0 || length >= PATH_MAX || link(to, before) != 0) before[0] = 0;
    status = REAL(rename)(from, to);
    if (status != 0 && before[0]) REAL(unlink)(before);
    if (status == 0 && rename_count < RENAMES) {
      for (int index = 0; before[0] && index < file_count; index++) {
        if (strcmp(files[index].path, to) == 0) forget(&files[index]);
      }
      snprintf(renames[rename_count].before, PATH_MAX, "%s", before);
      snprintf(renames[rename_count].from, PATH_MAX, "%s", from);
      snprintf(renames[rename_count].to, PATH_MAX, "%s", to);
      rename_count++;
      for (int index = 0; index < file_count; index++) {
        if (strcmp(files[index].path, from) == 0) {
          snprintf(files[index].path, PATH_MAX, "%s", to);
        }
      }
    }
    note_changed();
  }
  pthread_mutex_unlock(&mutex);
  return status;
}

int unlink(const char *path) {
  if (!is_watched(path)) return REAL(unlink)(path);
  pthread_mutex_lock(&mutex);
  int status = REAL(unlink)(path);
  for (int index = 0; index < file_count; index++) {
    // The number may soon be another file's.
    if (strcmp(files[index].path, path) == 0) forget(&files[index]);
  }
  note_changed();
  pthread_mutex_unlock(&mutex);
  return status;
}
