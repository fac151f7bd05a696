; Softmax of rows, a block of 64 threads for each: a loop with a tail, ex2.approx.ftz, shuffles and dynamic shared memory.
target triple = "nvptx64-nvidia-cuda"
@dynamic = external addrspace(3) global [0 x float], align 16
declare i32 @llvm.nvvm.read.ptx.sreg.tid.x()
declare i32 @llvm.nvvm.read.ptx.sreg.ctaid.x()
declare float @llvm.nvvm.shfl.sync.down.f32(i32, float, i32, i32)
declare float @llvm.nvvm.shfl.sync.idx.f32(i32, float, i32, i32)
declare void @llvm.nvvm.barrier.cta.sync.aligned.all(i32)
declare float @llvm.nvvm.ex2.approx.ftz.f(float)
declare float @llvm.nvvm.div.full(float, float)
declare float @llvm.maxnum.f32(float, float)
define internal float @exp(float %x) alwaysinline {
  %scaled = fmul float %x, 0x3FF7154760000000
  %y = call float @llvm.nvvm.ex2.approx.ftz.f(float %scaled)
  ret float %y
}
define ptx_kernel void @softmax(ptr %x, i32 %n) {
entry:
  %t = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %row = call i32 @llvm.nvvm.read.ptx.sreg.ctaid.x()
  %offset = mul i32 %row, %n
  %p = getelementptr float, ptr %x, i32 %offset
  br label %head
head:
  %i = phi i32 [%t, %entry], [%in, %body]
  %m = phi float [0xFFF0000000000000, %entry], [%mn, %body]
  %s = phi float [0.0, %entry], [%sn, %body]
  %more = icmp slt i32 %i, %n
  br i1 %more, label %body, label %meet
body:
  %pi = getelementptr float, ptr %p, i32 %i
  %v = load float, ptr %pi
  %mn = call float @llvm.maxnum.f32(float %m, float %v)
  %d0 = fsub float %m, %mn
  %e0 = call float @exp(float %d0)
  %d1 = fsub float %v, %mn
  %e1 = call float @exp(float %d1)
  %s0 = fmul float %s, %e0
  %sn = fadd float %s0, %e1
  %in = add i32 %i, 64
  br label %head
meet:
  br label %warp
warp:
  %o = phi i32 [16, %meet], [%on, %warp]
  %wm = phi float [%m, %meet], [%wmn, %warp]
  %ws = phi float [%s, %meet], [%wsn, %warp]
  %om = call float @llvm.nvvm.shfl.sync.down.f32(i32 -1, float %wm, i32 %o, i32 31)
  %os = call float @llvm.nvvm.shfl.sync.down.f32(i32 -1, float %ws, i32 %o, i32 31)
  %wmn = call float @llvm.maxnum.f32(float %wm, float %om)
  %a0 = fsub float %wm, %wmn
  %a1 = fsub float %om, %wmn
  %z0 = call float @exp(float %a0)
  %z1 = call float @exp(float %a1)
  %nan0 = fcmp oeq float %ws, 0.0
  %nan1 = fcmp oeq float %os, 0.0
  %f0 = fmul float %ws, %z0
  %f1 = fmul float %os, %z1
  %g0 = select i1 %nan0, float 0.0, float %f0
  %g1 = select i1 %nan1, float 0.0, float %f1
  %wsn = fadd float %g0, %g1
  %on = lshr i32 %o, 1
  %again = icmp ne i32 %on, 0
  br i1 %again, label %warp, label %share
share:
  %lane = and i32 %t, 31
  %w = lshr i32 %t, 5
  %isfirst = icmp eq i32 %lane, 0
  br i1 %isfirst, label %put, label %take
put:
  %slot = getelementptr { float, float }, ptr addrspace(3) @dynamic, i32 %w
  store float %wmn, ptr addrspace(3) %slot, align 8
  %slot1 = getelementptr { float, float }, ptr addrspace(3) %slot, i32 0, i32 1
  store float %wsn, ptr addrspace(3) %slot1
  br label %take
take:
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  %c0 = load <4 x float>, ptr addrspace(3) @dynamic, align 16
  %m0 = extractelement <4 x float> %c0, i32 0
  %s00 = extractelement <4 x float> %c0, i32 1
  %m1 = extractelement <4 x float> %c0, i32 2
  %s11 = extractelement <4 x float> %c0, i32 3
  %mm = call float @llvm.maxnum.f32(float %m0, float %m1)
  %b0 = fsub float %m0, %mm
  %b1 = fsub float %m1, %mm
  %y0 = call float @exp(float %b0)
  %y1 = call float @exp(float %b1)
  %h0 = fmul float %s00, %y0
  %h1 = fmul float %s11, %y1
  %sum = fadd float %h0, %h1
  br label %outhead
outhead:
  %j = phi i32 [%t, %take], [%jn, %outbody]
  %more2 = icmp slt i32 %j, %n
  br i1 %more2, label %outbody, label %done
outbody:
  %pj = getelementptr float, ptr %p, i32 %j
  %vj = load float, ptr %pj
  %dj = fsub float %vj, %mm
  %ej = call float @exp(float %dj)
  %q = call float @llvm.nvvm.div.full(float %ej, float %sum)
  store float %q, ptr %pj
  %jn = add i32 %j, 64
  br label %outhead
done:
  ret void
}
