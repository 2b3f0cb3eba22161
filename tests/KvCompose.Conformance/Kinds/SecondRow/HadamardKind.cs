using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference;
using KvCompose.Reference.Hadamard;

namespace KvCompose.Conformance.Kinds.SecondRow;

/// <summary>Rows rotated by a Hadamard matrix, and their integer codes.</summary>
public sealed class HadamardKind() : SecondRowKind("hadamard.rows")
{
    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        double[][] keys = @case.Tensor("keys").Matrix(), values = @case.Tensor("values").Matrix(),
            queries = @case.Tensor("queries").Matrix();
        int d = @case.Int("head_dim");
        Expect.Equal(@case.Int("block"), HadamardTransform.Block(d), "block");
        double[][] rotatedKeys = HadamardTransform.Rotate(keys), rotatedQueries = HadamardTransform.Rotate(queries);
        double[][] rotatedValues = HadamardTransform.Rotate(values);
        Row2.Close(@case, "keys_rotated", Row2.Flat(rotatedKeys));
        Row2.Close(@case, "values_rotated", Row2.Flat(rotatedValues));
        Row2.Close(@case, "queries_rotated", Row2.Flat(rotatedQueries));
        if (@case.Optional("matrix") is not null)
        {
            Row2.Close(@case, "matrix", Row2.Flat(HadamardTransform.Matrix(d)));
        }

        Row2.Close(@case, "scores", Row2.Flat(Scores(rotatedQueries, rotatedKeys)));
        double[][] output = [.. rotatedQueries.Select(query => Numbers.Weighted(Numbers.Attention(query, rotatedKeys), rotatedValues))];
        Row2.Close(@case, "output", Row2.Flat(HadamardTransform.Rotate(output)));
        foreach ((int index, JsonElement entry) in @case.List("quantised").Index())
        {
            Codes(entry, entry.Text("what") == "rotated" ? rotatedKeys : keys, rotatedQueries, $"quantised[{index}]");
        }
    }

    private static void Codes(JsonElement entry, double[][] rows, double[][] queries, string what)
    {
        bool symmetric = entry.Text("scheme") == "symmetric";
        GroupCodes[] codes = [.. rows.Select(row => GroupCodes.Of(row, entry.Int("bits"), entry.Int("group"), symmetric))];
        int[] expected = entry.IndexTensor("codes").Values, actual = [.. codes.SelectMany(row => row.Codes)];
        HashSet<int> ties = [.. entry.Ints("near_ties")];
        for (int i = 0; i < expected.Length; i++)
        {
            Expect.True(Math.Abs(expected[i] - actual[i]) <= (ties.Contains(i) ? 1 : 0),
                $"{what}.codes[{i}]: expected {expected[i]}, got {actual[i]}");
        }

        Row2.Close(entry, "scale", codes.SelectMany(row => row.Scales.Select(x => (double)x)));
        if (!symmetric)
        {
            Row2.Close(entry, "zero", codes.SelectMany(row => row.Zeros.Select(x => (double)x)));
        }

        // With the file's choice at the ties.
        double[][] read = [.. codes
            .Select((row, i) => GroupCodes.Read(expected[(i * row.Codes.Length)..((i + 1) * row.Codes.Length)], row.Scales, row.Zeros))];
        Row2.Close(entry, "dequantised", Row2.Flat(read));
        if (entry.Optional("scores_after") is not null)
        {
            Row2.Close(entry, "scores_after", Row2.Flat(Scores(queries, read)));
        }

        Row2.Number(entry, "key_error_mse", Row2.Flat(read).Zip(Row2.Flat(rows), (x, y) => (x - y) * (x - y)).Average());
    }

    private static double[][] Scores(double[][] queries, double[][] keys)
        => [.. queries.Select(query => keys.Select(key => Numbers.Dot(query, key) / Math.Sqrt(query.Length)).ToArray())];
}
