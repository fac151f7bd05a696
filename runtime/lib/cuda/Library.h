//===- Library.h - A shared library, opened at run time ---------------------------===//
#ifndef SHARDRT_LIB_CUDA_LIBRARY_H
#define SHARDRT_LIB_CUDA_LIBRARY_H

#include <string>
#include <type_traits>
#include <vector>

/// The name under which a library exports a function: CUDA's headers define cuMemAlloc as cuMemAlloc_v2.
#define SHARDRT_SYMBOL_OF(name) #name
#define SHARDRT_SYMBOL(name) SHARDRT_SYMBOL_OF(name)

namespace shardrt::cuda {

/// The first of several files that the dynamic loader finds. It stays open until the process ends, because what it has
/// started, threads among others, does not end with an object of ours.
class Library {
public:
  /// `owner` says in the error what brings the library. Throws Error (NoDevice) where none of `files` is found.
  Library(const std::vector<const char *> &files, const char *owner);

  /// Sets `function` to the one that the library exports as `symbol`. Throws Error (NoDevice) where there is none.
  template <typename Function> void find(Function &function, const char *symbol) const {
    function = reinterpret_cast<Function>(lookUp(symbol));
  }

  /// Returns what dlsym takes.
  void *getHandle() const { return handle; }

private:
  std::string name;
  void *handle = nullptr;

  void *lookUp(const char *symbol) const;
};

} // namespace shardrt::cuda
#endif
