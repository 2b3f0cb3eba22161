using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;

namespace KvCompose.Conformance.Kinds.SecondRow;

/// <summary>Reading and comparing as the README of these vectors says.</summary>
internal static class Row2
{
    private const double Relative = 1e-4, OfLargest = 1e-7;

    /// <summary>|x − y| ≤ 1e-4·(|y| + 1e-3·max|y|).</summary>
    public static void Close(double[] expected, double[] actual, string what)
    {
        double largest = expected.Length == 0 ? 0 : expected.Max(Math.Abs);
        Expect.Close(expected, actual, Relative, OfLargest * largest, what);
    }

    /// <summary>A tensor field against numbers in its order.</summary>
    public static void Close(JsonElement @case, string name, IEnumerable<double> actual)
        => Close(@case.Tensor(name).Doubles(), [.. actual], name);

    /// <summary>A number field.</summary>
    public static void Number(JsonElement @case, string name, double actual) => Close([@case.Number(name)], [actual], name);

    /// <summary>An index tensor field against integers in its order.</summary>
    public static void Same(JsonElement @case, string name, IEnumerable<int> actual)
        => Expect.Equal<int>(@case.IndexTensor(name).Values, [.. actual], name);

    /// <summary>A list of lists of integers, in order.</summary>
    public static void Lists(JsonElement expected, int[][] actual, string what)
    {
        JsonElement[] lists = expected.AsList(what);
        Expect.Equal(lists.Length, actual.Length, $"{what}, length");
        for (int i = 0; i < lists.Length; i++)
        {
            Expect.Equal<int>(lists[i].AsInts(what), actual[i], $"{what}[{i}]");
        }
    }

    /// <summary>A list of lists of integers, each as a set.</summary>
    public static void Sets(JsonElement expected, int[][] actual, string what)
    {
        JsonElement[] lists = expected.AsList(what);
        Expect.Equal(lists.Length, actual.Length, $"{what}, length");
        for (int i = 0; i < lists.Length; i++)
        {
            Expect.SameSet(lists[i].AsInts(what), actual[i], $"{what}[{i}]");
        }
    }

    /// <summary>A list of lists of numbers.</summary>
    public static void NumberLists(JsonElement expected, double[][] actual, string what)
    {
        JsonElement[] lists = expected.AsList(what);
        Expect.Equal(lists.Length, actual.Length, $"{what}, length");
        for (int i = 0; i < lists.Length; i++)
        {
            Close([.. lists[i].AsList(what).Select(x => x.AsNumber(what))], actual[i], $"{what}[{i}]");
        }
    }

    /// <summary>All numbers of nested arrays.</summary>
    public static IEnumerable<double> Flat(double[][] values) => values.SelectMany(row => row);

    /// <summary>All numbers of nested arrays.</summary>
    public static IEnumerable<double> Flat(double[][][] values) => values.SelectMany(Flat);

    /// <summary>The query heads of a key-value head.</summary>
    public static T[] Group<T>(T[] queryHeads, int keyHeads, int head)
    {
        int group = queryHeads.Length / keyHeads;
        return queryHeads[(head * group)..((head + 1) * group)];
    }

    /// <summary>One row of every head.</summary>
    public static double[][] Row(double[][][] heads, int row) => [.. heads.Select(head => head[row])];

    /// <summary>The first rows of every head.</summary>
    public static double[][][] First(double[][][] heads, int rows) => [.. heads.Select(head => head[..rows])];
}
