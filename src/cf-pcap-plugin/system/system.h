/*
 * What each operating system does in its own way: this interface, parent.h and terminal.h, and a
 * folder for each system, of which the Makefile takes that of the system compiled for; `posix` is
 * for Linux and macOS both. There is no #ifdef elsewhere, but for the header that inet_pton(3) is
 * in (pcap-merge, which knows nothing of this): what is called beside the C library, libuv and
 * getopt_long(3) is one of these.
 *
 * Paths and other strings are UTF-8. Errors are negative errno of <errno.h>, on Windows, too, where
 * libuv has numbers of its own.
 */
#ifndef SYSTEM_H
#define SYSTEM_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct uv_loop_s;

/* Bytes. Windows' own, 260, is less than its paths may have. */
#if !defined(PATH_MAX) || PATH_MAX < 4096
#undef PATH_MAX
#define PATH_MAX 4096
#endif

/*
 * To be called first of all, and before main returns. A standard descriptor that is closed becomes
 * one of nothing: it would be given to what is opened next, and packets or messages would go there.
 * From here on write(2) tells what SIGPIPE and SIGXFSZ are about.
 * Windows: no CR is added to what is written, and the console takes UTF-8, which it forgets again.
 */
void system_begin(void);
void system_end(void);

/* An error that a call of libuv returned, as a negative errno. */
int system_error(int error);

/* Files and descriptors. */

enum system_kind {
    SYSTEM_IS_TERMINAL,
    SYSTEM_IS_PIPE, /* or a socket */
    SYSTEM_IS_FILE,
    SYSTEM_IS_FOLDER,
    SYSTEM_IS_NOTHING, /* /dev/null, another device, or closed */
};

/* What must not be in a file's name. */
extern const char system_not_in_names[];

/* Why no file can have this path: characters, or a device's name (Windows). NULL: it can. */
const char *system_name_objection(const char *path);

enum system_kind system_kind_of(int fd);

/* The same of what is at a path; or a negative errno. */
int system_kind_at(const char *path);

/*
 * Which file it is, whatever its name. 0 or a negative errno. A number of a file that was removed
 * is given to the next one, often at once (ext4), so the size and the time of the last modification
 * (seconds since 1970) have to tell these apart; on Windows they stay 0, for the number has a part
 * that counts how often it was given (NTFS).
 */
struct system_identity {
    uint64_t device, file;
    uint64_t size; /* bytes */
    int64_t modified;
};
int system_identity_of(int fd, struct system_identity *identity);
int system_identity_at(const char *path, struct system_identity *identity);

/* Is what `path` names, or where it is NULL the descriptor `other`, the same file or pipe as
 * descriptor `fd`? Devices are not: /dev/null may be both. */
bool system_is_same(const char *path, int other, int fd);

/* May this file be written, or one be made in the folder that this path is in? 0 or a negative
 * errno. Changes nothing. */
int system_may_write(const char *path);
int system_may_create(const char *path);

/*
 * Opens a file to be written, closed on exec; one that is made is readable by its owner alone
 * (Windows: as its folder is). SYSTEM_ANEW: it must not be there (-EEXIST). SYSTEM_THERE: it must
 * be, and is not made (-ENOENT). SYSTEM_NO_WAIT: of a named pipe without a reader (-ENXIO). Returns
 * a descriptor or a negative errno.
 */
enum { SYSTEM_ANEW = 1, SYSTEM_NO_WAIT = 2, SYSTEM_THERE = 4 };
int system_open(const char *path, int how);

/* fopen(3), to read; NULL: errno says why. */
FILE *system_open_to_read(const char *path);

/* write(2), once: how many bytes, or a negative errno. */
ptrdiff_t system_write(int fd, const void *bytes, size_t length);

/*
 * Opens a named pipe that another program has made, without waiting for its other end, neither now
 * nor to read or write it; closed on exec. To be written: -ENXIO: nobody reads it. What is no named
 * pipe: -EINVAL. Where it is full write(2) fails with EAGAIN (Windows: ENOSPC).
 */
enum system_direction { SYSTEM_TO_READ, SYSTEM_TO_WRITE };
int system_open_fifo(const char *path, enum system_direction direction);

/* Makes a file this process's own until it is closed; others may read it. 0, -EBUSY: it is another
 * one's. Where a file system has no locks, 0. Windows: system_open does that. */
int system_lock(int fd);

/*
 * The path of the program that has made a pipe, into `program` (size bytes), and its version, the
 * first number in the upper 16 bits, the second in the lower; 0: not known. Anonymous pipes have a
 * maker, too: the shell that has connected two programs. 0 or a negative errno, -ENOTSUP where the
 * system does not know (all but Windows, GetNamedPipeServerProcessId).
 */
int system_pipe_maker(int fd, char *program, size_t size, uint32_t *version);

/* Lets a pipe hold 256 KiB at least (wide_pipe.h), where the system can do that and the user may;
 * else it stays as it is. */
void system_widen_pipe(int fd);

/*
 * A pipe or socket that is written without waiting for its reader. `event` is called by the loop
 * with 0 when there may be room again, and once with a negative errno when the reader has gone,
 * which a quiet capture would not notice by writing.
 *
 * system_pipe_write returns how many bytes were written, -EAGAIN, and then the event comes, or a
 * negative errno; after -EAGAIN it is to be called with the same bytes again, and more behind them.
 * system_pipe_close leaves the descriptor open and as it was. No event comes after it.
 */
struct system_pipe;
typedef void system_pipe_event(void *owner, int error);
int system_pipe_open(struct system_pipe **made, struct uv_loop_s *loop, int fd,
                     system_pipe_event *event, void *owner);
ptrdiff_t system_pipe_write(struct system_pipe *pipe, const uint8_t *bytes, size_t length);
void system_pipe_close(struct system_pipe *pipe);

/* Bytes that are free for this user on the disk of a file, and of all of it; at a path: on that of
 * its folder. 0 or a negative errno; -ENOTSUP: the file system is on no disk (/proc). */
int system_disk_of(int fd, uint64_t *available, uint64_t *size);
int system_disk_at(const char *path, uint64_t *available, uint64_t *size);

/* Terminals. */

bool system_is_terminal(int fd);

/* Its columns; 0: not known. */
unsigned int system_columns(int fd);

/* Would a line be taken now, or within `wait` milliseconds? Not while a terminal is held (^S; on
 * Windows, text is marked), nor by a pipe without a reader (Windows: not known). */
bool system_takes_line(int fd, int wait);

/* Processes. */

/*
 * The path of the program that process `pid` runs, into `path`, with a NUL behind it. Returns 0, or
 * a negative errno: there is no such process, it is another user's, or `size` is too small. Where
 * the file was removed meanwhile the path is of no file (Linux: " (deleted)" behind it).
 */
int system_program_of(int pid, char *path, size_t size);

/* Is this the path, and not the name alone, of a program that may be run, and whose name begins so?
 */
bool system_is_program(const char *path, const char *beginning);

/* What is behind the last separator of a path's parts. */
const char *system_base(const char *path);

/* Between the folders of PATH; and what a program's name ends in, if it is not said. */
extern const char system_path_separator, system_program_ending[];

/* Ends a process that was started in a group of its own at once, with those that it has started
 * (Windows: without, and its exit status is 128 + SIGKILL). */
void system_kill_group(int pid);

/* The signals that ask a program to stop, as libuv numbers them; and ^Z's, 0: there is none. */
enum { SYSTEM_SIGNALS = 3 };
extern const int system_signals[SYSTEM_SIGNALS], system_job_control;

/* Is the signal to be left alone (nohup(1))? */
bool system_is_ignored(int number);

/* Makes a file that is open readable by its owner alone. Where that is refused, or access is not a
 * matter of modes (Windows, FAT), nothing changes. */
void system_make_file_private(int fd);

/* Folders. */

/* Makes a new one below a place, which its owner alone may read; its path into `folder`. 0 or a
 * negative errno. */
int system_make_private(const char *place, char *folder, size_t size);

/* mkdir(2), for this user alone; rename(2), which replaces a file that is there at once; and
 * unlink(2). 0 or a negative errno. */
int system_make_folder(const char *path);
int system_replace(const char *from, const char *to);
int system_remove(const char *path);

/* The file that a symbolic link leads to, which system_replace would replace itself; of any other
 * file, the file. 0 or a negative errno. */
int system_behind_links(const char *path, char *name, size_t size);

/* The folder that the cf CLI has its .cf in, unless CF_HOME says another. 0 or a negative errno. */
int system_home(char *path, size_t size);

/* Where folders of this user alone can be made; the first that is there and can be written is the
 * one to take. Empty strings and relative paths are none. */
enum { SYSTEM_PLACES = 3 };
void system_places(const char *places[SYSTEM_PLACES]);

/*
 * Has the folder removed once this process, and all children that it started since, are gone,
 * whatever they died of. Returns what keeps it, for system_unguard, or a negative errno.
 */
int system_guard(const char *folder);
void system_unguard(int guard);

/* Whether children that are started from now on keep it, too. */
void system_guard_is_for_children(int guard, bool is);

void system_remove_folder(const char *folder);

/* Is this the command line of a guard? Then it waits and removes, and returns true. */
bool system_is_guard(int argc, char **argv);

/* Where programs are that are not in PATH, or not in the PATH of a program that the desktop has
 * started; "~/" is the user's folder. Ends with NULL. */
extern const char *const system_usual_folders[];

/* Where Wireshark looks for extcaps, by default, in one version or another: below the folder that
 * system_extcap_home tells. Ends with NULL. */
extern const char *const system_extcap_folders[];
int system_extcap_home(char *path, size_t size);

/* The folder that the system knows Wireshark to be installed in. 0 or a negative errno. */
int system_wireshark_folder(char *path, size_t size);

#endif
