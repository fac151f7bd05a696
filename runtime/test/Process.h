//===- Process.h - Running shard-run and folders to run it in -----------------------===//
#ifndef SHARDRT_TEST_PROCESS_H
#define SHARDRT_TEST_PROCESS_H

#include <string>
#include <utility>
#include <vector>

namespace shardrt::test {

/// How a process ended: its exit code, or minus the signal that killed it, and what it wrote.
struct Ended {
  int code;
  std::string out, err;
  double seconds;
};

/// A process under way.
class Process {
public:
  /// Starts shard-run with `arguments`; `environment` is set beside this process's. Standard output goes to `output`
  /// where given.
  Process(const std::vector<std::string> &arguments,
          const std::vector<std::pair<std::string, std::string>> &environment = {}, const std::string &output = "");
  /// Waits until standard output holds `text`, 10 s at most; returns whether it does.
  bool waitFor(const std::string &text);
  void send(int signal) const;
  /// Waits for the end; kills what has run for 30 s.
  Ended wait();

private:
  int pid = -1;
  std::string outPath, errPath;
  double started;
};

inline Ended shardRun(const std::vector<std::string> &arguments,
                      const std::vector<std::pair<std::string, std::string>> &environment = {},
                      const std::string &output = "") {
  return Process(arguments, environment, output).wait();
}

/// A folder that goes away with its object.
class Folder {
public:
  Folder();
  ~Folder();
  std::string operator/(const std::string &name) const { return path + "/" + name; }
  const std::string path;
};

void writeFile(const std::string &path, const std::string &bytes);
std::string readFile(const std::string &path);

} // namespace shardrt::test
#endif
