using System.Text;

namespace KvCompose.Models.Tokenizers.Unicode;

/// <summary>The tables of unicode.bin, which generate.py writes; sections in the same order as there.</summary>
internal sealed class UnicodeTables
{
    private readonly byte[] _data;
    private int _position;

    private UnicodeTables(byte[] data)
    {
        _data = data;
        Categories = Ranges();
        Extra = Ranges();
        var names = new string[Number()];
        for (int i = 0; i < names.Length; i++)
        {
            int length = Number();
            names[i] = Encoding.ASCII.GetString(data, _position, length);
            _position += length;
        }

        ScriptNames = names;
        Scripts = Ranges();
        OldAssigned = Ranges();
        OldPunctuation = Ranges();
        OldControls = Ranges();
        OldNonSpacing = Ranges();
        Accents = Ranges();
        CombiningClasses = Ranges();
        Decompositions = Entries();
        Compositions = [];
        foreach ((int composed, int[] parts) in Entries())
        {
            Compositions.Add((parts[0], parts[1]), composed);
        }

        Lower = Entries();
        Folding = Entries();
    }

    /// <summary>General category, Unicode 16.</summary>
    public CodePointRanges Categories { get; }

    /// <summary>Bits 1, 2 and 4: Other_Alphabetic, Other_Lowercase, Other_Uppercase.</summary>
    public CodePointRanges Extra { get; }

    public string[] ScriptNames { get; }

    /// <summary>Index into <see cref="ScriptNames"/>.</summary>
    public CodePointRanges Scripts { get; }

    /// <summary>Assigned in Unicode 8.</summary>
    public CodePointRanges OldAssigned { get; }

    /// <summary>Category P in Unicode 8.</summary>
    public CodePointRanges OldPunctuation { get; }

    /// <summary>Categories Cc, Cf and Co in Unicode 8.</summary>
    public CodePointRanges OldControls { get; }

    /// <summary>Category Mn in Unicode 8.</summary>
    public CodePointRanges OldNonSpacing { get; }

    /// <summary>Category M in Unicode 9.</summary>
    public CodePointRanges Accents { get; }

    /// <summary>Canonical combining class, Unicode 9.</summary>
    public CodePointRanges CombiningClasses { get; }

    /// <summary>Decomposition by one step, Unicode 9; the first number is 1 for a compatibility decomposition.</summary>
    public Dictionary<int, int[]> Decompositions { get; }

    /// <summary>Primary composites by their two parts.</summary>
    public Dictionary<(int First, int Second), int> Compositions { get; }

    /// <summary>Full lower case without context, Unicode 17.</summary>
    public Dictionary<int, int[]> Lower { get; }

    /// <summary>Full case folding.</summary>
    public Dictionary<int, int[]> Folding { get; }

    public static UnicodeTables Load()
    {
        using Stream stream = typeof(UnicodeTables).Assembly.GetManifestResourceStream("KvCompose.Models.Unicode.bin")
            ?? throw new InvalidOperationException("the assembly lacks its Unicode tables");
        var data = new byte[stream.Length];
        stream.ReadExactly(data);
        return new UnicodeTables(data);
    }

    private int Number()
    {
        int value = 0, shift = 0;
        byte next;
        do
        {
            next = _data[_position++];
            value |= (next & 127) << shift;
            shift += 7;
        }
        while (next >= 128);
        return value;
    }

    private CodePointRanges Ranges()
    {
        int count = Number(), last = 0;
        var starts = new int[count];
        var ends = new int[count];
        var values = new int[count];
        for (int i = 0; i < count; i++)
        {
            starts[i] = last + Number();
            ends[i] = last = starts[i] + Number();
            values[i] = Number();
        }

        return new CodePointRanges(starts, ends, values);
    }

    private Dictionary<int, int[]> Entries()
    {
        int count = Number(), point = 0;
        var entries = new Dictionary<int, int[]>(count);
        for (int i = 0; i < count; i++)
        {
            point += Number();
            var values = new int[Number()];
            for (int j = 0; j < values.Length; j++)
            {
                values[j] = Number();
            }

            entries.Add(point, values);
        }

        return entries;
    }
}
