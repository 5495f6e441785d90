using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Signals.Engine.Attributes;

/// <summary>A 64-bit hash of a text that never changes: it is stored. Multiply and fold per eight bytes, mixed at the end.</summary>
internal static class ValueHash
{
    private const ulong Multiplier = 0x9E37_79B9_7F4A_7C15;

    public static ulong Of(string text)
    {
        var bytes = MemoryMarshal.AsBytes(text.AsSpan());
        var hash = (ulong)bytes.Length * Multiplier;
        for (; bytes.Length >= 8; bytes = bytes[8..])
            hash = Fold(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        ulong tail = 0;
        for (var i = bytes.Length - 1; i >= 0; i--)
            tail = (tail << 8) | bytes[i];
        return Mix(Fold(hash ^ tail));
    }

    private static ulong Fold(ulong value)
    {
        var high = Math.BigMul(value ^ 0xD6E8_FEB8_6659_FD93, Multiplier, out var low);
        return high ^ low;
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 33)) * 0xFF51_AFD7_ED55_8CCD;
        value = (value ^ (value >> 33)) * 0xC4CE_B9FE_1A85_EC53;
        return value ^ (value >> 33);
    }
}
