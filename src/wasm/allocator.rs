//! The allocator: what is freed is wiped, so that no secret outlives its use.
//!
//! Secrets pass through strings that are not ours to wipe: what the bindings copy in, headers, bodies, canonical requests.
//! All of them are small; large blocks are rows, and wiping those would cost time.

#![allow(
    unsafe_code,
    reason = "an allocator cannot be written without; it adds nothing to what `System` asks of callers"
)]

use std::alloc::{GlobalAlloc, Layout, System};

/// Up to this a freed block is wiped, bytes. Credentials, and answers that hold them, are a few kilobytes.
const MAX_WIPED_BYTES: usize = 16 << 10;

/// Up to this a block is wiped word by word, bytes.
const MAX_WORDWISE_BYTES: usize = 128;

#[global_allocator]
static ALLOCATOR: Wiping = Wiping;

struct Wiping;

// SAFETY: all calls go to `System` as they came; before a block is given back, bytes inside it are written.
unsafe impl GlobalAlloc for Wiping {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promises.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if layout.size() <= MAX_WIPED_BYTES {
            // SAFETY: the block is the caller's.
            unsafe { wipe(block, layout.size()) };
        }
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        if layout.size() > MAX_WIPED_BYTES {
            // SAFETY: as the caller promises.
            return unsafe { System.realloc(block, layout, new_size) };
        }
        // SAFETY: the caller promises that `new_size` fits a layout of this alignment; both blocks have the copied bytes,
        // and the old one is given back once.
        unsafe {
            let moved = System.alloc(Layout::from_size_align_unchecked(new_size, layout.align()));
            if !moved.is_null() {
                moved.copy_from_nonoverlapping(block, layout.size().min(new_size));
                self.dealloc(block, layout);
            }
            moved
        }
    }
}

/// In words, where it is small: most blocks are, and an instruction that fills memory is a call out of the module.
///
/// # Safety
///
/// There are `len` bytes at `block`, which are the caller's.
unsafe fn wipe(block: *mut u8, len: usize) {
    if len > MAX_WORDWISE_BYTES {
        // SAFETY: as the caller promises.
        unsafe { block.write_bytes(0, len) };
        // Else the compiler may leave out writing what nobody reads.
        std::hint::black_box(block);
        return;
    }
    let mut at = 0;
    while at + size_of::<u64>() <= len {
        // SAFETY: the word ends within the block. Volatile, which is not left out either.
        unsafe { block.add(at).cast::<Unaligned>().write_volatile(Unaligned(0)) };
        at += size_of::<u64>();
    }
    while at < len {
        // SAFETY: the byte is in the block.
        unsafe { block.add(at).write_volatile(0) };
        at += 1;
    }
}

/// WebAssembly stores words at any address.
#[repr(C, packed)]
struct Unaligned(u64);
