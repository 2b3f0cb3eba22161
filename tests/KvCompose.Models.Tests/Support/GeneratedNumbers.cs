namespace KvCompose.Models.Tests.Support;

/// <summary>The seeded numbers of the test data: splitmix64, its four 16-bit parts summed. Roughly normal, exact in fp32.</summary>
internal static class GeneratedNumbers
{
    public static float[] Create(ulong seed, long count, float scale = 1, float add = 0)
    {
        var numbers = new float[count];
        for (long i = 0; i < count; i++)
        {
            ulong z = seed + ((ulong)(i + 1) * 0x9E3779B97F4A7C15);
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            z ^= z >> 31;
            long sum = (long)((z & 0xFFFF) + ((z >> 16) & 0xFFFF) + ((z >> 32) & 0xFFFF) + (z >> 48)) - 131070;
            numbers[i] = (sum * (1f / 32768) * scale) + add;
        }

        return numbers;
    }
}
