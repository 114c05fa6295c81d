// Cage: what a process that runs foreign scripts may still ask of the kernel: memory, threads, its two pipes.
#pragma once

/// From here on the process can open no file and no connection and start no program; those calls fail. False where
/// the kernel refuses the filter.
bool enter_cage();
