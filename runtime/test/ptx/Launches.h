//===- Launches.h - Helpers of the machine's tests --------------------------===//

#ifndef SHARDRT_TEST_PTX_LAUNCHES_H
#define SHARDRT_TEST_PTX_LAUNCHES_H

#include "ptx/Machine.h"

#include <cstring>
#include <fstream>
#include <random>
#include <sstream>

namespace shardrt::ptx {

/// Returns the module in inputs/.
inline std::unique_ptr<Module> load(const std::string &name) {
  std::ifstream file(INPUTS "/" + name);
  std::stringstream text;
  text << file.rdbuf();
  if (!file)
    throw std::runtime_error("cannot read " + name);
  return parse(text.str());
}

/// A launch with its memory and parameters, in the order in which they are given.
class Call {
public:
  Call(std::string kernel, uint32_t grid, uint32_t block) {
    launch.kernel = std::move(kernel);
    launch.grid[0] = grid;
    launch.block[0] = block;
  }
  template <typename T> Call &out(std::vector<T> &values) { return pointer(values, true); }
  template <typename T> Call &in(const std::vector<T> &values) { return pointer(values, false); }
  template <typename T> Call &value(T x) {
    std::vector<char> bytes(sizeof(T));
    std::memcpy(bytes.data(), &x, sizeof(T));
    launch.params.push_back(std::move(bytes));
    return *this;
  }
  Statistics run(const Module &module) { return ptx::run(module, launch, memory); }

  Launch launch;
  std::vector<Memory> memory;

private:
  template <typename T> Call &pointer(const std::vector<T> &values, bool writable) {
    char *base = reinterpret_cast<char *>(const_cast<T *>(values.data()));
    memory.push_back(
        {base, int64_t(values.size() * sizeof(T)), writable, "argument " + std::to_string(launch.params.size())});
    return value(base);
  }
};

/// Returns `count` numbers of a normal distribution, the same in every run.
inline std::vector<float> randomFloats(size_t count, unsigned seed = 1) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> distribution;
  std::vector<float> values(count);
  for (float &value : values)
    value = distribution(generator);
  return values;
}

} // namespace shardrt::ptx
#endif
