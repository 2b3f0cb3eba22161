using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;

namespace KvCompose.Conformance.Kinds.Families;

/// <summary>Compares rows of logits.</summary>
internal static class LogitCheck
{
    /// <summary>Fails where a logit is further than the tolerance from its expectation; NaN is.</summary>
    public static void Rows(Tensor expected, ReadOnlySpan<int> rows, float[] actual, double tolerance, string what)
    {
        int vocabulary = expected.Shape[1];
        Expect.Equal(expected.Shape[0], rows.Length, $"rows of {what}");
        for (int i = 0; i < rows.Length; i++)
        {
            Row(expected.Slice(i), actual.AsSpan(rows[i] * vocabulary, vocabulary), tolerance, $"{what} at {rows[i]}");
        }
    }

    public static void Row(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double tolerance, string what)
    {
        Expect.Equal(expected.Length, actual.Length, $"vocabulary of {what}");
        double worst = 0;
        int place = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = Math.Abs((double)expected[i] - actual[i]);
            if (!(difference <= worst))
            {
                (worst, place) = (difference, i);
                if (double.IsNaN(difference))
                {
                    break;
                }
            }
        }

        Expect.True(worst <= tolerance, $"{what}: token {place} expected {expected[place]:R}, got {actual[place]:R} (allowed {tolerance:R})");
    }

    public static int Largest(ReadOnlySpan<float> row)
    {
        int best = 0;
        for (int i = 1; i < row.Length; i++)
        {
            best = row[i] > row[best] ? i : best;
        }

        return best;
    }
}
