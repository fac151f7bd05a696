//===- Machine.h - Runs PTX on the CPU, for tests ---------------------------===//
//
// Machines that build have no GPU, so tests execute the PTX of generated kernels here: slowly, deterministically, and
// stricter than a GPU. What a GPU leaves undefined (a race in shared memory, a barrier that some threads miss, an
// access that is out of bounds) is an error that names the place. An instruction, modifier or directive that is not
// known is an error too, never ignored.
//
// What differs from a GPU: approximate functions (ex2.approx, rsqrt.approx, ...) are rounded correctly, blocks run one
// after another in the order of their index, and variables in .global memory have their initial values in every launch.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_TEST_PTX_MACHINE_H
#define SHARDRT_TEST_PTX_MACHINE_H

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace shardrt::ptx {

struct Program;

/// A parsed PTX text.
class Module {
public:
  explicit Module(std::unique_ptr<Program> program);
  ~Module();
  const Program &program() const { return *contents; }

private:
  std::unique_ptr<Program> contents;
};

/// Parses PTX. Throws std::runtime_error "line N: ..." on what is malformed or not known.
std::unique_ptr<Module> parse(std::string_view text);

/// Bytes of global memory that a launch may touch. The device address of a byte is its host address. Ranges may
/// overlap; an access must lie within one of them.
struct Memory {
  char *base;
  int64_t bytes;
  bool writable;
  std::string name; // for messages
};

struct Launch {
  std::string kernel;
  std::array<uint32_t, 3> grid{1, 1, 1};
  std::array<uint32_t, 3> block{1, 1, 1};
  uint32_t dynamicSharedBytes = 0;
  std::vector<std::vector<char>> params; // the bytes of each parameter
  bool checksGlobalRaces = true;         // see run()
  int64_t maxSteps =
      int64_t(1) << 22; // instructions of one block, whatever its number of threads; more is an endless loop
};

/// What a launch did. Instructions are counted per thread, accesses per warp, bytes per thread.
struct Statistics {
  int64_t instructions = 0;
  int64_t globalLoads = 0, globalLoadBytes = 0;
  int64_t globalStores = 0, globalStoreBytes = 0;
  int64_t uncoalesced = 0; // global accesses that touch more than twice the 32-byte sectors that their bytes would fill
  int64_t sharedBankConflicts =
      0;                // additional passes that shared accesses need because threads ask one bank for different words
  int64_t barriers = 0; // of the blocks: a barrier counts once for a block
};

/// Runs a launch to its end. Throws std::runtime_error, with the kernel, and where they are known the line, block and
/// thread, when the launch does not fit the kernel, or when a thread does what PTX leaves undefined:
///  - accesses that are out of bounds, misaligned, or write what is read-only
///  - reads of shared memory that nothing has written, and races of two threads in shared memory without a barrier
///  between
///  - races in global memory, if `checksGlobalRaces`: threads of two blocks, or of one without a barrier between, of
///  which one writes
///    what the other reads or writes, if only the same value; and loads by .nc of what the launch has written
///  - barriers, shuffles and votes that not all threads that must take part reach
///  - integer division by zero, trap, and more than `maxSteps` instructions
Statistics run(const Module &module, const Launch &launch, std::span<const Memory> memory);

} // namespace shardrt::ptx
#endif
