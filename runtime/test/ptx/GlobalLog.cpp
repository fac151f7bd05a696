//===- GlobalLog.cpp - Races in global memory -------------------------------===//

#include "GlobalLog.h"

using namespace shardrt::ptx;

Verdict GlobalLog::judge(const Byte &byte, uint16_t thread, Access access, bool constant, Interval interval) const {
  const ByteUse &use = byte.use;
  if (constant && use.written)
    return Verdict::NotConstant;
  if (use.written && !(access != Access::Write && use.writtenAtomically())) {
    if (use.written < interval.first)
      return Verdict::WrittenByBlock;
    if (use.writtenByOther(thread, interval))
      return Verdict::WrittenByOther;
  }
  if (access == Access::Write) {
    if (byte.readByBlocks || (use.read && use.read < interval.first))
      return Verdict::ReadByBlock;
    if (use.readByOther(thread, interval))
      return Verdict::ReadByOther;
  }
  return Verdict::Fine;
}

std::pair<Verdict, uint16_t> GlobalLog::note(uint64_t address, int64_t bytes, uint16_t thread, Access access,
                                             bool constant, Interval interval) {
  // An access is aligned, so it is within one page.
  if (address / pageBytes != recent) {
    recent = address / pageBytes;
    std::unique_ptr<Page> &page = pages[recent];
    if (!page)
      page = std::make_unique<Page>();
    recentPage = page.get();
  }
  Byte *begin = recentPage->data() + address % pageBytes;
  for (Byte *byte = begin; byte != begin + bytes; ++byte) {
    if (Verdict verdict = judge(*byte, thread, access, constant, interval); verdict != Verdict::Fine)
      return {verdict, verdict == Verdict::ReadByOther ? byte->use.reader : byte->use.writer};
    if (access == Access::Read && byte->use.read && byte->use.read < interval.first)
      byte->readByBlocks = true;
    byte->use.record(thread, access, interval);
  }
  return {Verdict::Fine, 0};
}
