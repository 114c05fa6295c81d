#include "cage.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <vector>

namespace {

// What an engine with a compiler and helper threads needs, and nothing that names a file, a peer or a program.
const long kAllowed[] = {
    __NR_read,           __NR_write,         __NR_close,          __NR_fstat,        __NR_lseek,
    __NR_mmap,           __NR_munmap,        __NR_mprotect,       __NR_mremap,       __NR_madvise,
    __NR_brk,            __NR_mincore,       __NR_futex,          __NR_clone,        __NR_clone3,
    __NR_exit,           __NR_exit_group,    __NR_set_robust_list, __NR_rseq,        __NR_sched_yield,
    __NR_clock_gettime,  __NR_clock_getres,  __NR_clock_nanosleep, __NR_nanosleep,   __NR_gettimeofday,
    __NR_rt_sigaction,   __NR_rt_sigprocmask, __NR_rt_sigreturn,  __NR_sigaltstack,  __NR_getpid,
    __NR_gettid,         __NR_tgkill,        __NR_getrandom,      __NR_sched_getaffinity, __NR_getrusage,
    __NR_sysinfo,        __NR_membarrier,    __NR_restart_syscall, __NR_ppoll,       __NR_prctl,
#ifdef __NR_poll
    __NR_poll,
#endif
};

#if defined(__x86_64__)
constexpr unsigned kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr unsigned kArchitecture = AUDIT_ARCH_AARCH64;
#else
#error "name the architecture for the filter of system calls"
#endif

}  // namespace

bool enter_cage() {
  std::vector<sock_filter> program = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
  };
  for (long call : kAllowed) {
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(call), 0, 1));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  }
  program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM));
  sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter) == 0;
}
