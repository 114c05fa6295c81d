// leat-script: evaluates what comes on its standard input, one request after the other, until that ends.
//
// A request is two numbers of four bytes (how long the name is, how long the text is), the name, the text. A name that
// begins with "=" calls the global function of the name behind it with the text; any other names the script for
// messages. The answer is two numbers (0: done, 1: it threw, 2: it took too much memory; how long the text is) and the
// text. Whoever started this process watches the time, and ends it.
#include <jsapi.h>
#include <jsfriendapi.h>
#include <js/CallAndConstruct.h>
#include <js/CompilationAndEvaluation.h>
#include <js/Conversions.h>
#include <js/Exception.h>
#include <js/Initialization.h>
#include <js/SourceText.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "cage.h"

namespace {

constexpr std::uint32_t kHeapBytes = 384u << 20, kRequestBytesMax = 256u << 20;
constexpr rlim_t kMemoryBytes = 768u << 20;
enum Status : std::uint32_t { done, threw, no_memory };

bool read_all(void* into, std::size_t bytes) {
  char* at = static_cast<char*>(into);
  while (bytes > 0) {
    ssize_t got = ::read(STDIN_FILENO, at, bytes);
    if (got <= 0) return false;
    at += got;
    bytes -= static_cast<std::size_t>(got);
  }
  return true;
}
bool write_all(const void* from, std::size_t bytes) {
  const char* at = static_cast<const char*>(from);
  while (bytes > 0) {
    ssize_t put = ::write(STDOUT_FILENO, at, bytes);
    if (put <= 0) return false;
    at += put;
    bytes -= static_cast<std::size_t>(put);
  }
  return true;
}

std::string text_of(JSContext* cx, JS::HandleValue value) {
  JS::RootedString text(cx, JS::ToString(cx, value));
  if (!text) return "";
  JS::UniqueChars utf8 = JS_EncodeStringToUTF8(cx, text);
  return utf8 ? utf8.get() : "";
}

// What was thrown, with the line where that is known.
Status complain(JSContext* cx, std::string& out) {
  if (JS_IsThrowingOutOfMemory(cx)) {
    JS_ClearPendingException(cx);
    out = "out of memory";
    return no_memory;
  }
  JS::ExceptionStack stack(cx);
  if (!JS::StealPendingExceptionStack(cx, &stack)) {
    out = "stopped";
    return threw;
  }
  out = text_of(cx, stack.exception());
  JS_ClearPendingException(cx);
  JS::ErrorReportBuilder report(cx);
  if (report.init(cx, stack, JS::ErrorReportBuilder::NoSideEffects) && report.report()->filename)
    out += " (" + std::string(report.report()->filename) + ":" + std::to_string(report.report()->lineno) + ")";
  return threw;
}

Status evaluate(JSContext* cx, const std::string& name, const std::string& text, std::string& out) {
  JS::SourceText<mozilla::Utf8Unit> source;
  JS::CompileOptions options(cx);
  options.setFileAndLine(name.c_str(), 1);
  JS::RootedValue result(cx);
  if (!source.init(cx, text.data(), text.size(), JS::SourceOwnership::Borrowed) ||
      !JS::Evaluate(cx, options, source, &result))
    return complain(cx, out);
  out = result.isString() ? text_of(cx, result) : "";
  return done;
}

Status call(JSContext* cx, JS::HandleObject global, const std::string& name, const std::string& text, std::string& out) {
  JS::RootedString argument(cx, JS_NewStringCopyUTF8N(cx, JS::UTF8Chars(text.data(), text.size())));
  if (!argument) return complain(cx, out);
  JS::RootedValueArray<1> arguments(cx);
  arguments[0].setString(argument);
  JS::RootedValue result(cx);
  if (!JS_CallFunctionName(cx, global, name.c_str(), arguments, &result)) return complain(cx, out);
  out = text_of(cx, result);
  return done;
}

int serve(JSContext* cx) {
  static const JSClass kGlobal = {"global", JSCLASS_GLOBAL_FLAGS, &JS::DefaultGlobalClassOps, nullptr, nullptr, nullptr};
  JS::RealmOptions options;
  JS::RootedObject global(cx, JS_NewGlobalObject(cx, &kGlobal, nullptr, JS::FireOnNewGlobalHook, options));
  if (!global) return 1;
  JSAutoRealm realm(cx, global);
  // What is loaded late is loaded before the door closes: the time zones of dates.
  std::string out;
  evaluate(cx, "first", "String(new Date(0)) + new Date(0).toLocaleString()", out);
  if (!enter_cage()) {
    std::fputs("leat-script: the kernel takes no filter of system calls\n", stderr);
    return 1;
  }
  std::uint32_t sizes[2];
  while (read_all(sizes, sizeof sizes)) {
    if (sizes[0] > 4096 || sizes[1] > kRequestBytesMax) return 1;
    std::string name(sizes[0], '\0'), text(sizes[1], '\0');
    if (!read_all(name.data(), name.size()) || !read_all(text.data(), text.size())) return 1;
    out.clear();
    bool calls = !name.empty() && name[0] == '=';
    Status status = calls ? call(cx, global, name.substr(1), text, out) : evaluate(cx, name, text, out);
    js::RunJobs(cx);
    std::uint32_t answer[2] = {status, static_cast<std::uint32_t>(out.size())};
    if (!write_all(answer, sizeof answer) || !write_all(out.data(), out.size())) return 1;
    JS_MaybeGC(cx);
  }
  return 0;
}

}  // namespace

int main() {
  ::setenv("TZ", "UTC", 1);
  // What lies beside the engine's heap counts as well: typed arrays, code.
  rlimit memory{kMemoryBytes, kMemoryBytes};
  ::setrlimit(RLIMIT_DATA, &memory);
  if (!JS_Init()) return 1;
  JSContext* cx = JS_NewContext(kHeapBytes);
  // Most of what a drawing makes is gone when it is done.
  if (cx) JS_SetGCParameter(cx, JSGC_MAX_NURSERY_BYTES, 32u << 20);
  if (cx) JS_SetGCParameter(cx, JSGC_MIN_NURSERY_BYTES, 16u << 20);
  if (!cx || !js::UseInternalJobQueues(cx) || !JS::InitSelfHostedCode(cx)) return 1;
  int status = serve(cx);
  // The process ends; what it holds ends with it.
  std::fflush(stderr);
  ::_exit(status);
}
