#include "cli/wait_notice.h"

#include "cli/event_line.h"
#include "cli/terminal.h"

namespace leat::cli {

void WaitNotice::on_event(const Event& event) {
  if (event.name == "run_waiting") Terminal::complain(event_line(event, 0, 0));
}

}  // namespace leat::cli
