namespace KvCompose.Conformance.Reading;

/// <summary>The generator <c>sm64x4</c> of the FastKV vectors: field sums of splitmix64 times 2^-15 times the scale, in float32.</summary>
public static class Sm64X4
{
    /// <summary>The first <paramref name="count"/> values.</summary>
    public static float[] Fill(ulong seed, int count, float scale)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = SplitMix64.FieldSum(SplitMix64.Mix(seed, (ulong)i)) * (1f / 32768f) * scale;
        }

        return values;
    }
}
