using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using KvCompose.Models.Tokenizers.Unicode;

namespace KvCompose.Models.Tokenizers.Normalizers;

/// <summary>SentencePiece's compiled character map: a Darts double array of UTF-8 keys, and the texts that replace them.</summary>
internal sealed class Precompiled : INormalizer
{
    private const int LongestCluster = 5;

    private readonly uint[] _units;
    private readonly byte[] _texts;

    private Precompiled(uint[] units, byte[] texts)
    {
        _units = units;
        _texts = texts;
    }

    /// <summary>Reads a map; null if its sizes contradict each other.</summary>
    public static Precompiled? Parse(ReadOnlySpan<byte> map)
    {
        if (map.Length < 4)
        {
            return null;
        }

        uint size = BinaryPrimitives.ReadUInt32LittleEndian(map);
        if (size % 4 != 0 || size > map.Length - 4)
        {
            return null;
        }

        var units = new uint[size / 4];
        for (int i = 0; i < units.Length; i++)
        {
            units[i] = BinaryPrimitives.ReadUInt32LittleEndian(map[(4 + 4 * i)..]);
        }

        return new Precompiled(units, map[(4 + (int)size)..].ToArray());
    }

    public void Apply(TextBuffer text, CancellationToken cancellation)
    {
        var changes = new List<(int CodePoint, int Change)>(text.Length);
        bool changed = false;
        for (int at = 0; at < text.Length;)
        {
            int length = StringInfo.GetNextTextElementLength(text.Text[at..]);
            ReadOnlySpan<char> cluster = text.Text.Slice(at, length);
            at += length;
            if (length <= LongestCluster && Encoding.UTF8.GetByteCount(cluster) <= LongestCluster && Find(cluster, longest: false, out _) is { } whole)
            {
                Put(changes, cluster, whole);
                changed = true;
                continue;
            }

            for (int i = 0; i < cluster.Length; i += CodePoints.Length(cluster, i))
            {
                ReadOnlySpan<char> character = cluster.Slice(i, CodePoints.Length(cluster, i));
                if (Find(character, longest: false, out _) is { } replacement)
                {
                    Put(changes, character, replacement);
                    changed = true;
                }
                else
                {
                    changes.Add((CodePoints.At(cluster, i), 0));
                }
            }
        }

        if (!changed)
        {
            return;
        }

        TextBuffer.Rewriter rewriter = text.Rewrite();
        foreach ((int codePoint, int change) in changes)
        {
            rewriter.Add(codePoint, change);
        }

        rewriter.Finish();
    }

    /// <summary>The text for the first, or the longest, beginning of some text that the map has; null if it has none.</summary>
    /// <param name="text">The text.</param>
    /// <param name="longest">Whether the longest beginning counts, not the first.</param>
    /// <param name="units">How many UTF-16 units of the text the beginning has.</param>
    public string? Find(ReadOnlySpan<char> text, bool longest, out int units)
    {
        units = 0;
        if (_units.Length == 0)
        {
            return null;
        }

        string? found = null;
        Span<byte> bytes = stackalloc byte[4];
        uint position = Offset(_units[0]);
        for (int i = 0; i < text.Length; i += CodePoints.Length(text, i))
        {
            int count = new Rune(CodePoints.At(text, i)).EncodeToUtf8(bytes);
            for (int j = 0; j < count; j++)
            {
                position ^= bytes[j];
                if (position >= _units.Length || (_units[position] & 0x800000FF) != bytes[j])
                {
                    return found;
                }

                uint unit = _units[position];
                position ^= Offset(unit);
                if ((unit & 0x100) == 0)
                {
                    continue;
                }

                if (position >= _units.Length)
                {
                    return found;
                }

                found = Text((int)(_units[position] & 0x7FFFFFFF));
                units = i + CodePoints.Length(text, i);
                if (!longest)
                {
                    return found;
                }
            }
        }

        return found;
    }

    private static uint Offset(uint unit) => unit >> 10 << (int)((unit & 0x200) >> 6);

    private string? Text(int start)
    {
        if (start >= _texts.Length)
        {
            return null;
        }

        int end = Array.IndexOf(_texts, (byte)0, start);
        return Encoding.UTF8.GetString(_texts.AsSpan(start, (end < 0 ? _texts.Length : end) - start));
    }

    /// <summary>As many characters as there were are replaced; further ones are inserted, missing ones swallowed by the last.</summary>
    private static void Put(List<(int CodePoint, int Change)> changes, ReadOnlySpan<char> old, string replacement)
    {
        int oldCount = CodePoints.Count(old), newCount = CodePoints.Count(replacement), number = 0;
        for (int i = 0; i < replacement.Length; i += CodePoints.Length(replacement, i))
        {
            changes.Add((CodePoints.At(replacement, i), number++ < oldCount ? 0 : 1));
        }

        if (newCount < oldCount && changes.Count > 0)
        {
            (int codePoint, int change) = changes[^1];
            changes[^1] = (codePoint, change + newCount - oldCount);
        }
    }
}
