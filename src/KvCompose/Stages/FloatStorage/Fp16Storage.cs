using System.Runtime.Intrinsics;

namespace KvCompose;

/// <summary>
/// Keys and values in IEEE half precision, 2 bytes an element. Values beyond ±65504 are clamped when written, so that the
/// decoder needs no case for infinities.
/// </summary>
[StageFacts(ElementBits = 16, Lossy = true)]
public readonly unsafe struct Fp16Storage : IStorage<Fp16Storage>
{
    /// <summary>2¹¹²: the distance between the exponent biases of single and half precision.</summary>
    private const float Rebias = 5.192296858534828e33f;

    /// <inheritdoc/>
    public static void Store(byte* block, nint index, float value)
        => ((Half*)block)[index] = (Half)Math.Clamp(value, -65504f, 65504f);

    /// <inheritdoc/>
    public static Vector512<float> Load(byte* block, nint index)
    {
        // Sign and the 15 other bits move to where single precision has them; the product sets the exponent right.
        Vector256<short> halves = Vector256.Load((short*)block + index);
        Vector512<int> wide = Vector512.Create(Vector256.WidenLower(halves), Vector256.WidenUpper(halves));
        Vector512<int> bits = (wide << 13) & Vector512.Create(unchecked((int)0x8FFFE000));
        return bits.AsSingle() * Vector512.Create(Rebias);
    }
}

/// <summary>Declares <see cref="Fp16Storage"/>.</summary>
public sealed class Fp16StorageAttribute : StorageAttribute<Fp16Storage>;
