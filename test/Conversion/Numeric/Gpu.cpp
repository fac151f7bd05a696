//===- Gpu.cpp - Runs the GPU code of a kernel on the CPU --------------------------------------===//
#include "Gpu.h"
#include "ptx/Machine.h"
#include <cstring>
#include <exception>

using namespace shardc;

template <typename T> static std::vector<char> bytesOf(T value) {
  std::vector<char> bytes(sizeof value);
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

std::string test::runOnGpu(const std::string &ptx, const std::vector<Launch> &launches, int64_t workspaceBytes,
                           std::vector<char> &memory, const std::vector<char *> &pointers,
                           const std::vector<int64_t> &integers) {
  struct alignas(256) Line {
    char bytes[256];
  };
  std::vector<Line> workspace((workspaceBytes + 255) / 256);
  std::vector<std::vector<char>> operands;
  for (char *pointer : pointers)
    operands.push_back(bytesOf(pointer));
  for (int64_t integer : integers)
    operands.push_back(bytesOf(integer));
  if (workspaceBytes > 0)
    operands.push_back(bytesOf(workspace.data()));
  std::vector<shardrt::ptx::Memory> ranges = {{memory.data(), static_cast<int64_t>(memory.size()), true, "arena"}};
  if (workspaceBytes > 0)
    ranges.push_back({workspace.front().bytes, workspaceBytes, true, "workspace"});
  try {
    auto module = shardrt::ptx::parse(ptx);
    for (const Launch &each : launches) {
      shardrt::ptx::Launch launch;
      for (unsigned operand : each.operands)
        launch.params.push_back(operands.at(operand));
      for (int64_t number : each.numbers)
        launch.params.push_back(bytesOf(number));
      launch.kernel = each.function;
      launch.grid = {static_cast<uint32_t>(each.grid), 1, 1};
      launch.block = {static_cast<uint32_t>(each.threads), 1, 1};
      shardrt::ptx::run(*module, launch, ranges);
    }
  } catch (const std::exception &error) {
    return std::string(error.what()) + "\n" + ptx;
  }
  return "";
}
