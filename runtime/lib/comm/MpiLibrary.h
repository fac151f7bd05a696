//===- MpiLibrary.h - MPI, opened at run time ---------------------------------===//
//
// Open MPI and MPICH call the same functions by the same names, but their handles differ: pointers to exported objects
// in the one, integers in the other. A handle here is as wide as a pointer and zero until a function writes it. Both
// kinds pass through it unchanged, because an integer argument is the low half of the register that a pointer argument
// takes, and the low half of a handle in memory comes first; handles therefore never stand in arrays that a function
// reads.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_COMM_MPILIBRARY_H
#define SHARDRT_LIB_COMM_MPILIBRARY_H

#include <bit>
#include <cstdint>
#include <string>

namespace shardrt {

/// The functions and constants of MPI that the runtime uses. A function returns 0, or a code that explain() puts into
/// words.
class MpiLibrary {
public:
  using Handle = uintptr_t;
  static_assert(std::endian::native == std::endian::little, "the low half of a handle comes first");

  /// Opens the library of the launcher that started this process, by its variables. Throws Error (NoDevice) with the
  /// name of the one that is missing.
  MpiLibrary();

  Handle world, byte, returnErrors;  ///< MPI_COMM_WORLD, MPI_BYTE, MPI_ERRORS_RETURN
  void *ignoreStatus;                ///< MPI_STATUS_IGNORE
  static constexpr int funneled = 1; ///< MPI_THREAD_FUNNELED: one thread calls MPI

  int (*initThread)(int *argc, char ***argv, int required, int *provided);
  int (*finalize)();
  int (*libraryVersion)(char *text, int *length);
  int (*errorString)(int code, char *text, int *length);
  int (*commRank)(Handle comm, int *rank);
  int (*commSize)(Handle comm, int *size);
  int (*commDup)(Handle comm, Handle *result);
  int (*commSetErrhandler)(Handle comm, Handle handler);
  int (*bcast)(void *data, int count, Handle type, int root, Handle comm);
  int (*allgather)(const void *mine, int count, Handle type, void *all, int countOfEach, Handle typeOfEach,
                   Handle comm);
  int (*isend)(const void *data, int count, Handle type, int dest, int tag, Handle comm, Handle *request);
  int (*irecv)(void *data, int count, Handle type, int source, int tag, Handle comm, Handle *request);
  int (*test)(Handle *request, int *done, void *status);
  int (*cancel)(Handle *request);
  int (*requestFree)(Handle *request);

  /// Returns what MPI says of a code that a function returned.
  std::string explain(int code) const;
  /// Returns the first line of what the library says of itself: `Open MPI v4.1.4, package: ...` up to the first comma.
  std::string version() const;

private:
  std::string name;
  void *library;

  void *symbol(const char *function) const;
  void findConstants();
  void findFunctions();
};

} // namespace shardrt
#endif
