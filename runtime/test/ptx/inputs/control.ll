; Functions that are called from branches on which threads differ, a list of targets, local arrays, and tables with addresses.
target triple = "nvptx64-nvidia-cuda"
@table = internal addrspace(4) constant [4 x float] [float 1.0, float 2.0, float 3.0, float 4.0], align 16
@pointers = internal addrspace(1) global [2 x ptr] [ptr addrspacecast (ptr addrspace(4) @table to ptr), ptr addrspacecast (ptr addrspace(4) getelementptr ([4 x float], ptr addrspace(4) @table, i32 0, i32 2) to ptr)], align 8
@exported = addrspace(1) global i32 0
declare i32 @llvm.nvvm.read.ptx.sreg.tid.x()
define internal float @square(float %x, ptr %to) noinline {
  %y = fmul float %x, %x
  store float %y, ptr %to
  ret float %y
}
define internal { float, i32 } @both(float %x, i32 %n) noinline {
  %slot = alloca float
  %s = call float @square(float %x, ptr %slot)
  %m = mul i32 %n, %n
  %t = load float, ptr %slot
  %u = fadd float %s, %t
  %r0 = insertvalue { float, i32 } undef, float %u, 0
  %r1 = insertvalue { float, i32 } %r0, i32 %m, 1
  ret { float, i32 } %r1
}
define ptx_kernel void @control(ptr %x, ptr %out) {
entry:
  %array = alloca [8 x float], align 16
  %t = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %p = getelementptr float, ptr %x, i32 %t
  %v = load float, ptr %p
  %k = urem i32 %t, 7
  br label %fill
fill:
  %i = phi i32 [0, %entry], [%in, %fill]
  %fi = uitofp i32 %i to float
  %w = fmul float %fi, %v
  %slot = getelementptr [8 x float], ptr %array, i32 0, i32 %i
  store float %w, ptr %slot
  %in = add i32 %i, 1
  %more = icmp ule i32 %in, %k
  br i1 %more, label %fill, label %choose
choose:
  switch i32 %k, label %other [ i32 0, label %a
    i32 1, label %b
    i32 2, label %c
    i32 3, label %d
    i32 4, label %e ]
a:
  %ra = call float @square(float %v, ptr %array)
  br label %done
b:
  %rb0 = call { float, i32 } @both(float %v, i32 %t)
  %rb1 = extractvalue { float, i32 } %rb0, 0
  %rb2 = extractvalue { float, i32 } %rb0, 1
  %rb3 = sitofp i32 %rb2 to float
  %rb = fadd float %rb1, %rb3
  br label %done
c:
  %at = getelementptr [8 x float], ptr %array, i32 0, i32 2
  %rc = load float, ptr %at
  br label %done
d:
  %half = and i32 %t, 1
  %pp = getelementptr [2 x ptr], ptr addrspace(1) @pointers, i32 0, i32 %half
  %which = load volatile ptr, ptr addrspace(1) %pp
  %rd = load float, ptr %which
  br label %done
e:
  %low = and i32 %t, 3
  %pt = getelementptr [4 x float], ptr addrspace(4) @table, i32 0, i32 %low
  %re = load float, ptr addrspace(4) %pt
  br label %done
other:
  br label %collatz
collatz:
  %n = phi i32 [%t, %other], [%next, %collatz]
  %steps = phi i32 [0, %other], [%steps1, %collatz]
  %odd = and i32 %n, 1
  %isodd = icmp eq i32 %odd, 1
  %n3 = mul i32 %n, 3
  %n31 = add i32 %n3, 1
  %h = lshr i32 %n, 1
  %next = select i1 %isodd, i32 %n31, i32 %h
  %steps1 = add i32 %steps, 1
  %again = icmp ugt i32 %next, 1
  br i1 %again, label %collatz, label %counted
counted:
  %rf = uitofp i32 %steps1 to float
  br label %done
done:
  %r = phi float [%ra, %a], [%rb, %b], [%rc, %c], [%rd, %d], [%re, %e], [%rf, %counted]
  %po = getelementptr float, ptr %out, i32 %t
  store float %r, ptr %po
  ret void
}
