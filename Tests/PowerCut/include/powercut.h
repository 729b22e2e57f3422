#pragma once

// Failures of the disk, for the one program that this is linked into.
//
// The functions that write, sync, cut, name and read files are taken over for the whole process
// (SQLite's calls too) and act on files below the watched folder. A program that sets nothing
// behaves as always.

// Watches the files below a folder, in place of any other; none of them is open yet. Their syncs no longer reach the disk: they only count as the
// moment from which bytes are safe.
void powercut_watch(const char *folder);

// Cuts the power at call number `call` of those that change files: what was not synced is kept,
// lost, torn by sectors of 512 bytes or replaced by garbage, by the seed, and the process ends.
void powercut_cut_at(long call, unsigned long long seed);

// The kinds of calls that can fail.
enum powercut_kind { POWERCUT_WRITE = 1, POWERCUT_SYNC = 2, POWERCUT_READ = 4, POWERCUT_SHORT = 8 };

// Fails call number `call` of a kind with `error` (a short write: writes half of it). `lasting`
// lets every later call of the kind fail too. 0 for `call` ends it.
void powercut_fail_at(int kind, long call, int error, int lasting);

// Calls of the kind since `powercut_fail_at`.
long powercut_calls(void);

// The status with which a process ends whose power was cut.
enum { POWERCUT_STATUS = 86 };
