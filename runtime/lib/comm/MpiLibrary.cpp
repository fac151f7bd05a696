//===- MpiLibrary.cpp - MPI, opened at run time -------------------------------===//

#include "comm/MpiLibrary.h"
#include "program/Error.h"

#include <cstdlib>
#include <dlfcn.h>
#include <vector>

using namespace shardrt;

/// Enough for every library's MPI_MAX_LIBRARY_VERSION_STRING and MPI_MAX_ERROR_STRING.
static constexpr size_t textSize = 8192;

namespace {
/// A kind of MPI and the file names of its library; the number is its binary interface.
struct Kind {
  const char *name;
  std::vector<const char *> files;
};
} // namespace

static bool anySet(std::initializer_list<const char *> variables) {
  for (const char *variable : variables)
    if (getenv(variable))
      return true;
  return false;
}

/// Returns the kinds that the launcher may mean. A process whose launcher speaks another library's protocol would be a
/// world of its own, so that another kind is no substitute for a missing one.
static std::vector<Kind> likelyKinds() {
  Kind openMpi{"Open MPI", {"libmpi.so.40"}}, mpich{"MPICH", {"libmpich.so.12", "libmpi.so.12"}};
  if (anySet({"OMPI_COMM_WORLD_SIZE"}))
    return {openMpi};
  if (anySet({"PMIX_RANK"}))
    return {openMpi, mpich};
  if (anySet({"PMI_FD", "PMI_PORT", "PMI_RANK"}))
    return {mpich};
  return {openMpi, mpich};
}

MpiLibrary::MpiLibrary() : library(nullptr) {
  std::string tried, reason;
  for (const Kind &kind : likelyKinds())
    for (const char *file : kind.files) {
      if (library)
        break;
      name = file;
      tried += fmt::format("{}{} ({})", tried.empty() ? "" : " or ", file, kind.name);
      library = dlopen(file, RTLD_NOW | RTLD_GLOBAL); // Open MPI's plugins look for its symbols in the global scope
      if (const char *error = library ? nullptr : dlerror(); error && reason.empty())
        reason = error;
    }
  if (!library)
    fail(Exit::NoDevice,
         "the ranks are processes, which need {}: {}: install it, or start one shard-run whose ranks are threads",
         tried, reason);
  findConstants();
  findFunctions();
}

void *MpiLibrary::symbol(const char *function) const {
  void *found = dlsym(library, function);
  if (!found)
    fail(Exit::NoDevice, "{} has no {}: expected Open MPI 4 or 5, or a library with MPICH's binary interface", name,
         function);
  return found;
}

void MpiLibrary::findConstants() {
  if (dlsym(library, "ompi_mpi_comm_world")) {
    auto address = [&](const char *object) { return reinterpret_cast<Handle>(symbol(object)); };
    world = address("ompi_mpi_comm_world");
    byte = address("ompi_mpi_byte");
    returnErrors = address("ompi_mpi_errors_return");
    ignoreStatus = nullptr;
    return;
  }
  world = 0x44000000;
  byte = 0x4c00010d;
  returnErrors = 0x54000001;
  ignoreStatus = reinterpret_cast<void *>(1);
}

void MpiLibrary::findFunctions() {
  auto find = [&](auto &function, const char *symbolName) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(symbol(symbolName));
  };
  find(initThread, "MPI_Init_thread");
  find(finalize, "MPI_Finalize");
  find(libraryVersion, "MPI_Get_library_version");
  find(errorString, "MPI_Error_string");
  find(commRank, "MPI_Comm_rank");
  find(commSize, "MPI_Comm_size");
  find(commDup, "MPI_Comm_dup");
  find(commSetErrhandler, "MPI_Comm_set_errhandler");
  find(bcast, "MPI_Bcast");
  find(allgather, "MPI_Allgather");
  find(isend, "MPI_Isend");
  find(irecv, "MPI_Irecv");
  find(test, "MPI_Test");
  find(cancel, "MPI_Cancel");
  find(requestFree, "MPI_Request_free");
}

std::string MpiLibrary::explain(int code) const {
  std::string text(textSize, '\0');
  int length = 0;
  if (errorString(code, text.data(), &length) != 0)
    return fmt::format("MPI error {}", code);
  text.resize(static_cast<size_t>(length));
  return text;
}

std::string MpiLibrary::version() const {
  std::string text(textSize, '\0');
  int length = 0;
  if (libraryVersion(text.data(), &length) != 0)
    return name;
  text.resize(text.find_first_of(std::string(",\n\0", 3)));
  for (char &c : text)
    c = c == '\t' ? ' ' : c;
  return fmt::format("{} ({})", text, name);
}
