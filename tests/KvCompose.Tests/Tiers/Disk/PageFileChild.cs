using System.Globalization;
using KvCompose.Conformance.Reading;
using KvCompose.Memory;
using KvCompose.Residency.PageFiles;
using KvCompose.Tests.Retrieval;

namespace KvCompose.Tests.Tiers.Disk;

/// <summary>The process that is killed: takes tokens into an index whose pages are all in a file, and says after every 16 how many it holds.</summary>
internal static class PageFileChild
{
    public const int HeadDim = 16;
    public const int Built = 200;
    public const int Tokens = 40_000;

    public static float[] Keys() => GeneratedKeys.Make("drift", Tokens, HeadDim, 1, 77).Keys;

    /// <param name="arguments">The file to write.</param>
    public static int Main(string[] arguments)
    {
        if (arguments is not [var path])
        {
            Console.Error.WriteLine("expected the path of a page file; tests are run by 'dotnet test'");
            return 2;
        }

        using var file = new PageFile(path, HeadDim, HostPageFormat.Fp32);
        using var index = new IndexCase(Keys(), HeadDim, Built, memory: new HostMemory(1), grow: false, file: file);
        for (int held = Built; held + 16 <= Tokens; held += 16)
        {
            Console.Out.WriteLine(held.ToString(CultureInfo.InvariantCulture));
            Console.Out.Flush();
            index.Insert(held, held + 16);
        }

        // Whoever started this kills it; only when that process is gone, too, does it end by itself.
        Console.In.ReadLine();
        return 0;
    }
}
