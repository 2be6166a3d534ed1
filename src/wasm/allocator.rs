//! The allocator: what is freed is wiped, so that no secret outlives its use.
//!
//! Secrets pass through strings that are not ours to wipe: what the bindings copy in, headers, bodies, canonical requests.
//! All of them are small; large blocks are rows, and wiping those would cost time.

#![allow(
    unsafe_code,
    reason = "an allocator cannot be written without; it adds nothing to what `System` asks of callers"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ptr::null_mut;

/// Up to this a freed block is wiped, bytes. Credentials, and answers that hold them, are a few kilobytes.
const MAX_WIPED_BYTES: usize = 16 << 10;

/// Up to this a block is wiped word by word, bytes.
const MAX_WORDWISE_BYTES: usize = 128;

/// Up to this a freed block is kept for the next of its size, bytes.
const MAX_KEPT_BYTES: usize = 512;

/// Sizes that are kept differ by this, bytes.
const STEP_BYTES: usize = 16;

/// What a kept block is aligned to, bytes: as much as `System` does by itself.
const KEPT_ALIGN: usize = 8;

/// As many of each size are kept: with all full, a quarter of a megabyte.
const MAX_KEPT: u32 = 32;

#[global_allocator]
static ALLOCATOR: Wiping = Wiping { kept: [const { Kept::new() }; MAX_KEPT_BYTES / STEP_BYTES] };

/// An operation has many small blocks, most of them for a moment: to take one from a list takes less than it takes `System`.
struct Wiping {
    kept: [Kept; MAX_KEPT_BYTES / STEP_BYTES],
}

// SAFETY: the module has one thread.
unsafe impl Sync for Wiping {}

/// Freed blocks of one size, each with the address of the next in its first word.
struct Kept {
    first: Cell<*mut u8>,
    count: Cell<u32>,
}

impl Kept {
    const fn new() -> Self {
        Kept { first: Cell::new(null_mut()), count: Cell::new(0) }
    }
}

impl Wiping {
    /// The list for a block, and what all blocks in it are; `None` where none is kept.
    #[inline(always)]
    fn list(&self, layout: Layout) -> Option<(&Kept, Layout)> {
        let index = layout.size().checked_sub(1)? / STEP_BYTES;
        let whole = Layout::from_size_align((index + 1) * STEP_BYTES, KEPT_ALIGN).ok()?;
        (layout.align() <= KEPT_ALIGN).then_some((self.kept.get(index)?, whole))
    }
}

// SAFETY: a block is `System`'s for the layout that its own is rounded up to, or for its own; before a block is given back,
// bytes inside it are written.
unsafe impl GlobalAlloc for Wiping {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let Some((list, whole)) = self.list(layout) else {
            // SAFETY: as the caller promises.
            return unsafe { System.alloc(layout) };
        };
        let block = list.first.get();
        // SAFETY: a block in the list has the next one's address in its first word; the layout has a size.
        unsafe {
            if block.is_null() {
                return System.alloc(whole);
            }
            list.first.set(block.cast::<*mut u8>().read());
        }
        list.count.set(list.count.get() - 1);
        block
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if layout.size() > MAX_KEPT_BYTES {
            // SAFETY: as the caller promises.
            return unsafe { System.alloc_zeroed(layout) };
        }
        // SAFETY: as the caller promises; the block has the size that was asked for.
        unsafe {
            let block = self.alloc(layout);
            if !block.is_null() {
                block.write_bytes(0, layout.size());
            }
            block
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if layout.size() <= MAX_WIPED_BYTES {
            // SAFETY: the block is the caller's.
            unsafe { wipe(block, layout.size()) };
        }
        match self.list(layout) {
            Some((list, _)) if list.count.get() < MAX_KEPT => {
                // SAFETY: the block has room for a word, is aligned for one, and is nobody's any more.
                unsafe { block.cast::<*mut u8>().write(list.first.get()) };
                list.first.set(block);
                list.count.set(list.count.get() + 1);
            }
            // SAFETY: it was allocated as what all of the list are.
            Some((_, whole)) => unsafe { System.dealloc(block, whole) },
            // SAFETY: as the caller promises.
            None => unsafe { System.dealloc(block, layout) },
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        if layout.size() > MAX_WIPED_BYTES && new_size > MAX_KEPT_BYTES {
            // SAFETY: as the caller promises.
            return unsafe { System.realloc(block, layout, new_size) };
        }
        // SAFETY: the caller promises that `new_size` fits a layout of this alignment; both blocks have the copied bytes,
        // and the old one is given back once.
        unsafe {
            let moved = self.alloc(Layout::from_size_align_unchecked(new_size, layout.align()));
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
