; Rows of RMSNorm: a block of 128 threads per row, 16-byte loads, shuffles within a warp and shared memory across warps.
target triple = "nvptx64-nvidia-cuda"
@partials = internal addrspace(3) global [4 x float] undef, align 4
declare i32 @llvm.nvvm.read.ptx.sreg.tid.x()
declare i32 @llvm.nvvm.read.ptx.sreg.ctaid.x()
declare float @llvm.nvvm.shfl.sync.bfly.f32(i32, float, i32, i32)
declare void @llvm.nvvm.barrier.cta.sync.aligned.all(i32)
declare float @llvm.nvvm.rsqrt.approx.f(float)
declare float @llvm.vector.reduce.fadd.v4f32(float, <4 x float>)
define ptx_kernel void @rms_norm(ptr noalias readonly align 16 %x, ptr noalias readonly align 16 %w, ptr noalias align 16 %y, i64 %columns, float %epsilon) "nvvm.reqntid"="128" {
entry:
  %t32 = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %row32 = call i32 @llvm.nvvm.read.ptx.sreg.ctaid.x()
  %t = zext i32 %t32 to i64
  %row = zext i32 %row32 to i64
  %offset = mul i64 %row, %columns
  %xrow = getelementptr float, ptr %x, i64 %offset
  %yrow = getelementptr float, ptr %y, i64 %offset
  %start = shl i64 %t, 2
  br label %sumhead
sumhead:
  %c = phi i64 [%start, %entry], [%cn, %sumbody]
  %acc = phi <4 x float> [zeroinitializer, %entry], [%accn, %sumbody]
  %more = icmp slt i64 %c, %columns
  br i1 %more, label %sumbody, label %reduce
sumbody:
  %p = getelementptr float, ptr %xrow, i64 %c
  %v = load <4 x float>, ptr %p, align 16
  %sq = fmul contract <4 x float> %v, %v
  %accn = fadd contract <4 x float> %acc, %sq
  %cn = add i64 %c, 512
  br label %sumhead
reduce:
  %s0 = call reassoc float @llvm.vector.reduce.fadd.v4f32(float 0.0, <4 x float> %acc)
  %h16 = call float @llvm.nvvm.shfl.sync.bfly.f32(i32 -1, float %s0, i32 16, i32 31)
  %s1 = fadd float %s0, %h16
  %h8 = call float @llvm.nvvm.shfl.sync.bfly.f32(i32 -1, float %s1, i32 8, i32 31)
  %s2 = fadd float %s1, %h8
  %h4 = call float @llvm.nvvm.shfl.sync.bfly.f32(i32 -1, float %s2, i32 4, i32 31)
  %s3 = fadd float %s2, %h4
  %h2 = call float @llvm.nvvm.shfl.sync.bfly.f32(i32 -1, float %s3, i32 2, i32 31)
  %s4 = fadd float %s3, %h2
  %h1 = call float @llvm.nvvm.shfl.sync.bfly.f32(i32 -1, float %s4, i32 1, i32 31)
  %s5 = fadd float %s4, %h1
  %lane = and i32 %t32, 31
  %warp = lshr i32 %t32, 5
  %first = icmp eq i32 %lane, 0
  br i1 %first, label %put, label %meet
put:
  %slot = getelementptr [4 x float], ptr addrspace(3) @partials, i32 0, i32 %warp
  store float %s5, ptr addrspace(3) %slot
  br label %meet
meet:
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  %part = and i32 %lane, 3
  %pslot = getelementptr [4 x float], ptr addrspace(3) @partials, i32 0, i32 %part
  %q0 = load float, ptr addrspace(3) %pslot
  %g2 = call float @llvm.nvvm.shfl.sync.bfly.f32(i32 -1, float %q0, i32 2, i32 31)
  %q1 = fadd float %q0, %g2
  %g1 = call float @llvm.nvvm.shfl.sync.bfly.f32(i32 -1, float %q1, i32 1, i32 31)
  %q2 = fadd float %q1, %g1
  %n = sitofp i64 %columns to float
  %mean = fdiv float %q2, %n
  %me = fadd float %mean, %epsilon
  %r = call float @llvm.nvvm.rsqrt.approx.f(float %me)
  %ri = insertelement <4 x float> undef, float %r, i32 0
  %rv = shufflevector <4 x float> %ri, <4 x float> undef, <4 x i32> zeroinitializer
  br label %head2
head2:
  %d = phi i64 [%start, %meet], [%dn, %body2]
  %more2 = icmp slt i64 %d, %columns
  br i1 %more2, label %body2, label %done
body2:
  %p2 = getelementptr float, ptr %xrow, i64 %d
  %v2 = load <4 x float>, ptr %p2, align 16
  %pw = getelementptr float, ptr %w, i64 %d
  %vw = load <4 x float>, ptr %pw, align 16
  %m1 = fmul <4 x float> %v2, %rv
  %m2 = fmul <4 x float> %m1, %vw
  %py = getelementptr float, ptr %yrow, i64 %d
  store <4 x float> %m2, ptr %py, align 16
  %dn = add i64 %d, 512
  br label %head2
done:
  ret void
}
