using KvCompose.Conformance.Running;

namespace KvCompose.Conformance.Comparing;

/// <summary>Comparisons that throw <see cref="VectorMismatchException"/> with what was expected and what came.</summary>
public static class Expect
{
    /// <summary>Fails unless the condition holds.</summary>
    public static void True(bool condition, string complaint)
    {
        if (!condition)
        {
            throw new VectorMismatchException(complaint);
        }
    }

    /// <summary>Two equal values.</summary>
    public static void Equal<T>(T expected, T actual, string what) =>
        True(EqualityComparer<T>.Default.Equals(expected, actual), $"{what}: expected {expected}, got {actual}");

    /// <summary>Two equal lists, in order.</summary>
    public static void Equal<T>(ReadOnlySpan<T> expected, ReadOnlySpan<T> actual, string what)
    {
        Equal(expected.Length, actual.Length, $"{what}, length");
        for (int i = 0; i < expected.Length; i++)
        {
            Equal(expected[i], actual[i], $"{what}[{i}]");
        }
    }

    /// <summary>The same positions, whatever their order; none twice.</summary>
    public static void SameSet(ReadOnlySpan<int> expected, ReadOnlySpan<int> actual, string what)
    {
        int[] wanted = expected.ToArray(), came = actual.ToArray();
        Array.Sort(wanted);
        Array.Sort(came);
        Equal<int>(wanted, came, $"{what}, sorted");
    }

    /// <summary>One number within <paramref name="relative"/> of the expected one, or within <paramref name="absolute"/>.</summary>
    public static void Close(double expected, double actual, double relative, double absolute, string what) =>
        True(
            double.IsFinite(expected)
                ? Math.Abs(expected - actual) <= Math.Abs(expected) * relative + absolute
                : expected.Equals(actual),
            $"{what}: expected {expected:R}, got {actual:R}");

    /// <summary>Numbers one by one within a relative and an absolute tolerance.</summary>
    public static void Close(
        ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, double relative, double absolute, string what)
    {
        Equal(expected.Length, actual.Length, $"{what}, length");
        for (int i = 0; i < expected.Length; i++)
        {
            Close(expected[i], actual[i], relative, absolute, $"{what}[{i}]");
        }
    }

    /// <summary>Numbers within a tolerance relative to the largest magnitude of the expected row.</summary>
    public static void CloseToRowMaximum(
        ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, double tolerance, string what)
    {
        double maximum = 0;
        foreach (double value in expected)
        {
            maximum = Math.Max(maximum, Math.Abs(value));
        }

        Close(expected, actual, 0, tolerance * maximum, what);
    }
}
