// process_identity: who this process is, among all that ever were on this machine.
//
// Guarantees: a number that is used again gives another identity.
// Threads: any.
// Errors: none.
// Source: proc(5), /proc/pid/stat
#pragma once
#include <string>

namespace leat::run {

/// "1234.567890.0f5a1c2d": this process's number, the instant it began, the machine's boot.
std::string process_identity();
/// Whether the process of that identity still runs; false for a text that is none.
bool is_alive(const std::string& identity);

}  // namespace leat::run
