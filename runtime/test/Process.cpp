//===- Process.cpp - Running shard-run and folders to run it in ---------------------===//

#include "Process.h"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace shardrt::test;

static double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

static std::string makeTemporary(bool folder) {
  std::string path = (std::filesystem::temp_directory_path() / "shardrt-XXXXXX").string();
  if (folder) {
    if (!mkdtemp(path.data()))
      abort();
  } else {
    close(mkstemp(path.data()));
  }
  return path;
}

Process::Process(const std::vector<std::string> &arguments,
                 const std::vector<std::pair<std::string, std::string>> &environment, const std::string &output)
    : outPath(output.empty() ? makeTemporary(false) : output), errPath(makeTemporary(false)), started(now()) {
  std::vector<char *> argv{const_cast<char *>(SHARD_RUN)};
  for (const std::string &argument : arguments)
    argv.push_back(const_cast<char *>(argument.c_str()));
  argv.push_back(nullptr);
  pid = fork();
  if (pid != 0)
    return;
  for (const char *launcher :
       {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_PROCID", "SLURM_NTASKS", "WORLD_SIZE", "FAULT"})
    unsetenv(launcher);
  for (const auto &[name, value] : environment)
    setenv(name.c_str(), value.c_str(), 1);
  dup2(open(outPath.c_str(), O_WRONLY), 1);
  dup2(open(errPath.c_str(), O_WRONLY), 2);
  execv(argv[0], argv.data());
  _exit(127);
}

bool Process::waitFor(const std::string &text) {
  for (int i = 0; i < 1000; ++i) {
    if (readFile(outPath).find(text) != std::string::npos)
      return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

void Process::send(int signal) const {
  kill(pid, signal);
}

Ended Process::wait() {
  int status = 0;
  while (waitpid(pid, &status, WNOHANG) == 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    if (now() - started > 30)
      kill(pid, SIGKILL);
  }
  Ended ended{WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), "", readFile(errPath), now() - started};
  unlink(errPath.c_str());
  if (std::filesystem::is_regular_file(outPath)) {
    ended.out = readFile(outPath);
    unlink(outPath.c_str());
  }
  return ended;
}

Folder::Folder() : path(makeTemporary(true)) {}
Folder::~Folder() {
  std::filesystem::remove_all(path);
}

void shardrt::test::writeFile(const std::string &path, const std::string &bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

std::string shardrt::test::readFile(const std::string &path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}
