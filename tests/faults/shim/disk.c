/* A disk whose power can be cut, and that can fail: a library that is preloaded into the program under test.
 *
 * It stands between the program and the system for the files of one folder, and for nothing else. What is written there
 * is written, so that the program reads it back; and it is written down, with every fsync, in a journal. From that the
 * scenario works out which bytes a disk that loses everything unsynced would still have (tests/faults/disk/replay.rs).
 * A write is in the journal after it was done and an fsync when it is over, one after the other: whatever the kill
 * interrupts was promised to nobody. The index of the write-ahead log (-shm) is mapped memory that SQLite makes anew; it
 * is left alone.
 *
 * An fsync here waits as long as a disk would, and asks the real one for nothing: what that has does not matter.
 *
 * In the environment: DISK_FOLDER, the folder, absolute; DISK_JOURNAL and DISK_CONTROL, two files that are there; and
 * DISK_SYNC_MICROS. The first byte of DISK_CONTROL says what fails: F, every write, for want of space; W, every write; S,
 * every fsync; R, every read.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OPENED = 1, WRITTEN, TRUNCATED, SYNCED, NOT_SYNCED, FOLDER_SYNCED, RENAMED, UNLINKED };
enum { DESCRIPTORS = 1 << 16, FILES = 1 << 12, FOLDER = -1 };

/* What stands before each entry's bytes. */
struct entry {
    uint32_t what, file;
    uint64_t at, length;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *folder;
static size_t folder_length;
static useconds_t sync_micros;
static int journal = -1;
static volatile const char *control;
static uint64_t entries;
/* Which file a descriptor stands for: 0 for one that is none of ours. */
static int file_of[DESCRIPTORS];
/* Which inodes the files are, from 1 on; an inode of 0 is one that has gone. */
static ino_t inode_of[FILES];
static int files;

static void die(const char *why) {
    fprintf(stderr, "the preloaded disk: %s: %s\n", why, strerror(errno));
    abort();
}

__attribute__((constructor)) static void start(void) {
    const char *name = getenv("DISK_FOLDER"), *micros = getenv("DISK_SYNC_MICROS");
    if (!name || !micros || !getenv("DISK_JOURNAL") || !getenv("DISK_CONTROL"))
        die("its variables are missing");
    sync_micros = (useconds_t)atoi(micros);
    journal = (int)syscall(SYS_openat, AT_FDCWD, getenv("DISK_JOURNAL"), O_WRONLY | O_APPEND | O_CLOEXEC, 0);
    int file = (int)syscall(SYS_openat, AT_FDCWD, getenv("DISK_CONTROL"), O_RDONLY | O_CLOEXEC, 0);
    if (journal < 0 || file < 0)
        die("its files");
    control = mmap(NULL, 1, PROT_READ, MAP_SHARED, file, 0);
    if (control == MAP_FAILED)
        die("its control");
    syscall(SYS_close, file);
    folder_length = strlen(name);
    folder = name;
}

static int fails(char how) { return control && *control == how; }

/* The name of a path below the folder: "" for the folder itself, NULL for whatever is not ours. */
static const char *ours(const char *path) {
    if (!folder || !path || strncmp(path, folder, folder_length))
        return NULL;
    const char *name = path + folder_length;
    if (!*name)
        return name;
    if (*name != '/')
        return NULL;
    size_t length = strlen(++name);
    return length > 4 && !strcmp(name + length - 4, "-shm") ? NULL : name;
}

static int file_behind(int fd) { return fd >= 0 && fd < DESCRIPTORS ? file_of[fd] : 0; }

/* Locked. */
static void note(uint32_t what, int file, uint64_t at, const void *bytes, size_t length) {
    struct entry entry = {what, (uint32_t)file, at, length};
    struct iovec parts[2] = {{&entry, sizeof entry}, {(void *)bytes, length}};
    if (syscall(SYS_writev, journal, parts, length ? 2 : 1) != (long)(sizeof entry + length))
        die("its journal");
    entries++;
}

/* Locked. The file that is open here: known by its inode, since many descriptors may stand for one. */
static int known(int fd, const char *name) {
    struct stat found;
    if (fstat(fd, &found))
        die(name);
    for (int file = 1; file <= files; file++)
        if (inode_of[file] == found.st_ino)
            return file;
    if (files + 1 == FILES)
        die("too many files");
    inode_of[++files] = found.st_ino;
    note(OPENED, files, 0, name, strlen(name));
    return files;
}

static int opened(int at, const char *path, int flags, mode_t mode) {
    const char *name = ours(path);
    if (name && (flags & O_CREAT) && fails('F') && access(path, F_OK)) {
        errno = ENOSPC;
        return -1;
    }
    if (!name)
        return (int)syscall(SYS_openat, at, path, flags, mode);
    pthread_mutex_lock(&lock);
    int fd = (int)syscall(SYS_openat, at, path, flags, mode);
    if (fd >= DESCRIPTORS)
        die("too many descriptors");
    if (fd >= 0 && !(flags & O_PATH)) {
        file_of[fd] = *name ? known(fd, name) : FOLDER;
        if (*name && (flags & O_TRUNC))
            note(TRUNCATED, file_of[fd], 0, NULL, 0);
    }
    pthread_mutex_unlock(&lock);
    return fd;
}

#define MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | __O_TMPFILE)) { \
        va_list more; \
        va_start(more, flags); \
        mode = va_arg(more, mode_t); \
        va_end(more); \
    }

int open(const char *path, int flags, ...) { MODE(flags) return opened(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return opened(AT_FDCWD, path, flags, mode); }
int openat(int at, const char *path, int flags, ...) { MODE(flags) return opened(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { MODE(flags) return opened(at, path, flags, mode); }
int __open_2(const char *path, int flags) { return opened(AT_FDCWD, path, flags, 0); }
int __open64_2(const char *path, int flags) { return opened(AT_FDCWD, path, flags, 0); }
int creat(const char *path, mode_t mode) { return opened(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return creat(path, mode); }

int close(int fd) {
    if (file_behind(fd)) {
        pthread_mutex_lock(&lock);
        file_of[fd] = 0;
        int done = (int)syscall(SYS_close, fd);
        pthread_mutex_unlock(&lock);
        return done;
    }
    return (int)syscall(SYS_close, fd);
}

int dup(int fd) {
    int copy = (int)syscall(SYS_dup, fd);
    if (copy >= 0 && copy < DESCRIPTORS)
        file_of[copy] = file_behind(fd);
    return copy;
}

/* At `at`, or where the descriptor stands. */
static ssize_t written(int fd, const void *bytes, size_t length, off_t at) {
    int file = file_behind(fd);
    if (file <= 0)
        return at < 0 ? syscall(SYS_write, fd, bytes, length) : syscall(SYS_pwrite64, fd, bytes, length, at);
    if (fails('F') || fails('W')) {
        errno = fails('F') ? ENOSPC : EIO;
        return -1;
    }
    pthread_mutex_lock(&lock);
    ssize_t done = at < 0 ? syscall(SYS_write, fd, bytes, length) : syscall(SYS_pwrite64, fd, bytes, length, at);
    if (done > 0)
        note(WRITTEN, file, (uint64_t)(at < 0 ? lseek(fd, 0, SEEK_CUR) - done : at), bytes, (size_t)done);
    pthread_mutex_unlock(&lock);
    return done;
}

ssize_t write(int fd, const void *bytes, size_t length) { return written(fd, bytes, length, -1); }
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) { return written(fd, bytes, length, at); }
ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) { return written(fd, bytes, length, at); }

ssize_t writev(int fd, const struct iovec *parts, int count) {
    if (file_behind(fd) <= 0)
        return syscall(SYS_writev, fd, parts, count);
    ssize_t all = 0;
    for (int part = 0; part < count; part++) {
        ssize_t done = written(fd, parts[part].iov_base, parts[part].iov_len, -1);
        if (done < 0)
            return all ? all : done;
        all += done;
        if ((size_t)done < parts[part].iov_len)
            break;
    }
    return all;
}

/* Ways of writing that neither SQLite nor std goes for these files: if one ever does, it shall not go unseen. */
static void refuse(int fd, const char *how) {
    if (file_behind(fd) > 0) {
        errno = ENOSYS;
        die(how);
    }
}
ssize_t sendfile64(int out, int in, off64_t *at, size_t length) {
    refuse(out, "sendfile");
    return syscall(SYS_sendfile, out, in, at, length);
}
ssize_t splice(int in, off64_t *from, int out, off64_t *to, size_t length, unsigned flags) {
    refuse(out, "splice");
    return syscall(SYS_splice, in, from, out, to, length, flags);
}
ssize_t copy_file_range(int in, off64_t *from, int out, off64_t *to, size_t length, unsigned flags) {
    refuse(out, "copy_file_range");
    return syscall(SYS_copy_file_range, in, from, out, to, length, flags);
}
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at) {
    refuse(fd, "pwritev");
    return syscall(SYS_pwritev, fd, parts, count, at, 0);
}
int fallocate64(int fd, int mode, off64_t at, off64_t length) {
    refuse(fd, "fallocate");
    return (int)syscall(SYS_fallocate, fd, mode, at, length);
}
int posix_fallocate64(int fd, off64_t at, off64_t length) {
    refuse(fd, "posix_fallocate");
    return fallocate64(fd, 0, at, length) ? errno : 0;
}

static int unreadable(int fd) {
    if (file_behind(fd) <= 0 || !fails('R'))
        return 0;
    errno = EIO;
    return 1;
}

ssize_t read(int fd, void *bytes, size_t length) { return unreadable(fd) ? -1 : syscall(SYS_read, fd, bytes, length); }
ssize_t pread(int fd, void *bytes, size_t length, off_t at) {
    return unreadable(fd) ? -1 : syscall(SYS_pread64, fd, bytes, length, at);
}
ssize_t pread64(int fd, void *bytes, size_t length, off64_t at) { return pread(fd, bytes, length, at); }

int ftruncate(int fd, off_t length) {
    int file = file_behind(fd);
    if (file <= 0)
        return (int)syscall(SYS_ftruncate, fd, length);
    pthread_mutex_lock(&lock);
    int done = (int)syscall(SYS_ftruncate, fd, length);
    if (!done)
        note(TRUNCATED, file, (uint64_t)length, NULL, 0);
    pthread_mutex_unlock(&lock);
    return done;
}
int ftruncate64(int fd, off64_t length) { return ftruncate(fd, length); }

/* Covers what was noted before it began. */
static int synced(int fd, long call) {
    int file = file_behind(fd);
    if (!file)
        return (int)syscall(call, fd);
    pthread_mutex_lock(&lock);
    uint64_t before = entries;
    pthread_mutex_unlock(&lock);
    usleep(sync_micros);
    int failed = fails('S');
    pthread_mutex_lock(&lock);
    if (file == FOLDER) {
        if (!failed)
            note(FOLDER_SYNCED, 0, before, NULL, 0);
    } else {
        note(failed ? NOT_SYNCED : SYNCED, file, before, NULL, 0);
    }
    pthread_mutex_unlock(&lock);
    if (failed)
        errno = EIO;
    return failed ? -1 : 0;
}

int fsync(int fd) { return synced(fd, SYS_fsync); }
int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }

/* Locked. The number may soon be another file's. */
static void forget(ino_t inode) {
    for (int file = 1; file <= files; file++)
        if (inode_of[file] == inode)
            inode_of[file] = 0;
}

static int removed(int at, const char *path, int flags) {
    const char *name = ours(path);
    if (!name)
        return (int)syscall(SYS_unlinkat, at, path, flags);
    pthread_mutex_lock(&lock);
    struct stat found;
    int there = !lstat(path, &found), done = (int)syscall(SYS_unlinkat, at, path, flags);
    if (!done) {
        note(UNLINKED, 0, 0, name, strlen(name));
        if (there)
            forget(found.st_ino);
    }
    pthread_mutex_unlock(&lock);
    return done;
}

int unlink(const char *path) { return removed(AT_FDCWD, path, 0); }
int unlinkat(int at, const char *path, int flags) { return removed(at, path, flags); }

int rename(const char *from, const char *to) {
    const char *old = ours(from), *new = ours(to);
    if (!old || !new)
        return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
    char names[512];
    int length = snprintf(names, sizeof names, "%s/%s", old, new);
    if (length >= (int)sizeof names)
        die("a long name");
    pthread_mutex_lock(&lock);
    struct stat replaced;
    int there = !lstat(to, &replaced), done = (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
    if (!done) {
        note(RENAMED, 0, 0, names, (size_t)length);
        if (there)
            forget(replaced.st_ino);
    }
    pthread_mutex_unlock(&lock);
    return done;
}
