#include "cli/event_line.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/units.h"
#include "cli/styled.h"

namespace leat::cli {
namespace {

struct Mark {
  const char* sign;
  Ink ink;
};

Mark mark_of(const std::string& status) {
  if (status == "success") return {"✓", Ink::green};
  if (status == "unchanged") return {"=", Ink::dim};
  if (status == "warning") return {"!", Ink::yellow};
  if (status == "skipped" || status == "interrupted") return {"-", Ink::yellow};
  return {"✗", Ink::red};
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

std::string step_line(const Event& event, std::size_t width, bool verbose) {
  std::string status = event.text("status"), kind = event.text("kind"), message = event.text("message");
  bool news = status == "warning" || status == "error" || status == "interrupted" ||
              (status == "success" && !kind.ends_with("test")) ||
              (status == "skipped" && !kind.ends_with("test"));
  // Once the run is stopped, everything left is skipped: the summary counts it.
  if (status == "skipped" && message == "the run was interrupted") news = false;
  if (!news && !verbose) return "";
  Mark mark = mark_of(status);
  bool narrow = width > 0 && width < 80;
  std::size_t name_width = narrow ? std::clamp<std::size_t>(width / 3, 12, 34) : 34;
  Styled line;
  line.add(mark.sign, mark.ink).add(" ");
  if (!narrow) line.cell(kind, kKindWidth, Ink::dim);
  line.cell(event.text("name"), name_width);
  bool ran = status != "skipped" && status != "unchanged";
  line.cell(ran ? format_duration(std::chrono::milliseconds(event.number("took_ms"))) : "", 9, Ink::dim, true)
      .add("  ");
  if (status == "error") {
    line.add("failed: " + first_line(event.text("error")), Ink::red);
  } else if (status == "skipped") {
    line.add("skipped: " + message, Ink::yellow);
  } else if (status == "interrupted") {
    line.add("interrupted", Ink::yellow);
  } else {
    line.add(status == "unchanged" ? "unchanged" : message, status == "warning" ? Ink::yellow : Ink::plain);
  }
  return line.str(width);
}

std::string notice(std::string_view sign, Ink ink, const std::string& text, std::size_t width) {
  return Styled().add(sign, ink).add(" ").add(text).str(width);
}

}  // namespace

std::string event_line(const Event& event, std::size_t width, int verbosity) {
  if (event.find("done")) return step_line(event, width, verbosity > 0);
  if (event.name == "dbt_statement") return verbosity > 1 ? notice("·", Ink::dim, event.text("sql"), 0) : "";
  if (event.name == "stand_in_started") {
    return notice(
        "i", Ink::cyan,
        fmt::format("not the real source: the stand-in `{}` answers at {} (--live reads the real one)",
                    event.text("command"), event.text("url")),
        0);
  }
  if (event.name == "run_started") {
    return Styled()
        .add(event.text("project"), Ink::bold)
        .add(" → ", Ink::dim)
        .add(event.text("target"), Ink::bold)
        .add(fmt::format("  {} steps", format_count(event.number("steps"))), Ink::dim)
        .str(width);
  }
  if (event.name == "run_waiting") {
    return notice("i", Ink::cyan, fmt::format("waits: another run is at work on {}", event.text("asset")), 0);
  }
  if (event.name == "request_retried") {
    std::int64_t status = event.number("status");
    return notice("!", Ink::yellow,
                  fmt::format("retry in {}: {}{} ({})",
                              format_duration(std::chrono::milliseconds(event.number("wait_ms"))),
                              status > 0 ? fmt::format("HTTP {}: ", status) : "", event.text("reason"),
                              event.text("url")),
                  width);
  }
  if (event.name == "schema_changed") {
    return notice("i", Ink::cyan,
                  fmt::format("{}.{}: column {} {}: {}", event.text("connection"), event.text("stream"),
                              event.text("column"), event.text("change"), event.text("detail")),
                  width);
  }
  if (event.name == "source_changed_while_reading") {
    return notice("i", Ink::cyan,
                  fmt::format("rows of {} moved while {} was read; it is read again", event.text("stream"),
                              event.text("slice")),
                  width);
  }
  if (event.name == "pipe_loaded") {
    return notice("✓", Ink::green,
                  fmt::format("{}: {} files, {} rows", event.text("pipe"),
                              format_count(event.number("files")), format_count(event.number("rows"))),
                  width);
  }
  if (event.name == "records_resent") {
    return notice("!", Ink::yellow,
                  fmt::format("{}: {} records are sent again ({})", event.text("stream"),
                              format_count(event.number("records")), event.text("reason")),
                  width);
  }
  if (event.name == "delivery_committed") {
    return notice("✓", Ink::green,
                  fmt::format("{}: {} records", event.text("stream"), format_count(event.number("records"))),
                  width);
  }
  if (event.name == "pipe_file_refused") {
    return notice(
        "!", Ink::yellow,
        fmt::format("{}: {} is refused: {}", event.text("pipe"), event.text("path"), event.text("reason")),
        0);
  }
  bool message_is_news =
      event.level >= EventLevel::warning || (event.name == "dbt_message" && event.level != EventLevel::debug);
  std::string message = event.text("message");
  if (!message_is_news || message.empty()) return "";
  bool warning = event.level >= EventLevel::warning;
  return notice(warning ? "!" : "i", warning ? Ink::yellow : Ink::cyan, message, 0);
}

}  // namespace leat::cli
