//===- Ptxas.cpp - From PTX to machine code, by NVIDIA's assembler -----------------------------===//
#include "Ptxas.h"
#include "TemporaryFiles.h"
#include "shardc/Target/GpuCode.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Program.h"

using namespace shardc;
using namespace shardc::codegen;

std::string shardc::findPtxas() {
  if (auto found = llvm::sys::findProgramByName("ptxas"))
    return *found;
  llvm::SmallString<128> folder(llvm::sys::Process::GetEnv("CUDA_HOME").value_or("/usr/local/cuda"));
  llvm::sys::path::append(folder, "bin");
  auto found = llvm::sys::findProgramByName("ptxas", {folder.str()});
  return found ? *found : "";
}

static std::string readFile(const std::string &path) {
  auto buffer = llvm::MemoryBuffer::getFile(path);
  return buffer ? (*buffer)->getBuffer().str() : "";
}

llvm::Expected<std::string> codegen::assemble(llvm::StringRef ptxas, llvm::StringRef ptx,
                                              llvm::StringRef architecture) {
  TemporaryFiles files;
  auto input = files.create("ptx", ptx), output = files.create("cubin"), words = files.create("txt");
  if (llvm::Error error = llvm::joinErrors(input.takeError(), llvm::joinErrors(output.takeError(), words.takeError())))
    return std::move(error);
  std::string target = ("-arch=" + architecture).str();
  std::optional<llvm::StringRef> redirects[] = {llvm::StringRef(), *words, *words};
  std::string problem;
  // One thread: with several, the bytes depend on how many.
  int status =
      llvm::sys::ExecuteAndWait(ptxas, {ptxas, target, *input, "-o", *output}, std::nullopt, redirects, 0, 0, &problem);
  std::string cubin = readFile(*output);
  if (status == 0 && !cubin.empty())
    return cubin;
  std::string said = llvm::StringRef(readFile(*words)).trim().str();
  return llvm::createStringError(
      ptxas + " cannot assemble the kernels for " + architecture + ": " +
      (said.empty() ? problem.empty() ? "exit code " + std::to_string(status) : problem : said));
}
