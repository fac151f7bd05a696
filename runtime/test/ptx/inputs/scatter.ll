; Atomic operations: a histogram in shared memory that goes to global memory, sums of reals by index, and a maximum by compare and swap.
target triple = "nvptx64-nvidia-cuda"
@counts = internal addrspace(3) global [16 x i32] undef, align 4
@total = internal addrspace(1) global i64 40, align 8
declare i32 @llvm.nvvm.read.ptx.sreg.tid.x()
declare i32 @llvm.nvvm.read.ptx.sreg.ntid.x()
declare i32 @llvm.nvvm.read.ptx.sreg.ctaid.x()
declare void @llvm.nvvm.barrier.cta.sync.aligned.all(i32)
define ptx_kernel void @scatter(ptr %index, ptr %x, ptr %sums, ptr %histogram, ptr %greatest, ptr %sumofall) "nvvm.maxntid"="128" {
entry:
  %t = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %threads = call i32 @llvm.nvvm.read.ptx.sreg.ntid.x()
  %block = call i32 @llvm.nvvm.read.ptx.sreg.ctaid.x()
  %first = mul i32 %block, %threads
  %i = add i32 %first, %t
  %low = icmp ult i32 %t, 16
  %own = getelementptr [16 x i32], ptr addrspace(3) @counts, i32 0, i32 %t
  br i1 %low, label %clear, label %meet
clear:
  store i32 0, ptr addrspace(3) %own
  br label %meet
meet:
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  %pi = getelementptr i32, ptr %index, i32 %i
  %k = load i32, ptr %pi
  %slot = getelementptr [16 x i32], ptr addrspace(3) @counts, i32 0, i32 %k
  %old0 = atomicrmw add ptr addrspace(3) %slot, i32 1 monotonic
  %px = getelementptr float, ptr %x, i32 %i
  %v = load float, ptr %px
  %ps = getelementptr float, ptr %sums, i32 %k
  %old1 = atomicrmw fadd ptr %ps, float %v monotonic
  %old2 = atomicrmw fmax ptr %greatest, float %v monotonic
  %k64 = zext i32 %k to i64
  %old3 = atomicrmw add ptr addrspace(1) @total, i64 %k64 monotonic
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  br i1 %low, label %put, label %done
put:
  %count = load i32, ptr addrspace(3) %own
  %ph = getelementptr i32, ptr %histogram, i32 %t
  %old4 = atomicrmw add ptr %ph, i32 %count seq_cst
  %isfirst = icmp eq i32 %t, 0
  br i1 %isfirst, label %last, label %done
last:
  %now = atomicrmw add ptr addrspace(1) @total, i64 0 monotonic
  %old5 = atomicrmw umax ptr %sumofall, i64 %now monotonic
  br label %done
done:
  ret void
}
