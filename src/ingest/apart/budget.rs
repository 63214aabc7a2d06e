//! What a decoding process may use for one task.

use std::io;
use std::time::Duration;

use rustix::process::{Resource, getrlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

use crate::ingest::Limits;

/// For so many bytes of the file there is one more second of processor time.
const BYTES_A_SECOND: u64 = 2 << 20;
/// A machine that is busy, asleep or swapping may need so many times the processor time.
const WALL_TIMES: u32 = 20;
/// Program, libraries and what allocators keep, besides the file and what [`Limits`] allow.
const BASE_BYTES: u64 = 512 << 20;

/// Bounds of one task, by the size of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Budget {
    pub(super) cpu_seconds: u64,
    memory_bytes: u64,
}

impl Budget {
    pub(super) fn of(file_bytes: usize, limits: &Limits) -> Self {
        let file_bytes = file_bytes as u64;
        Self {
            cpu_seconds: limits.decode_seconds + file_bytes / BYTES_A_SECOND,
            memory_bytes: limits.decode_bytes + 2 * file_bytes + BASE_BYTES,
        }
    }

    pub(super) fn wall(self) -> Duration {
        Duration::from_secs(self.cpu_seconds) * WALL_TIMES
    }

    /// Bounds this process from now on: beyond the time it is ended by the kernel, beyond the
    /// memory an allocation fails and ends it. It leaves no core file: one would hold people's data.
    pub(super) fn enforce(self) -> io::Result<()> {
        let used = clock_gettime(ClockId::ProcessCPUTime).tv_sec.unsigned_abs();
        lower(Resource::Cpu, used + 1 + self.cpu_seconds)?;
        lower(Resource::Data, self.memory_bytes)?;
        lower(Resource::Core, 0)
    }
}

/// Sets the bound that the process could raise again, below the one that it could not.
fn lower(resource: Resource, wanted: u64) -> io::Result<()> {
    let mut limit = getrlimit(resource);
    limit.current = Some(limit.maximum.map_or(wanted, |most| most.min(wanted)));
    setrlimit(resource, limit)?;
    Ok(())
}
