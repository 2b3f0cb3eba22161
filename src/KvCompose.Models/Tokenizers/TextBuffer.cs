using KvCompose.Models.Tokenizers.Unicode;

namespace KvCompose.Models.Tokenizers;

/// <summary>
/// Text on its way through the steps of a tokenizer. Where offsets are asked for, each UTF-16 unit knows the range of the
/// original text, in code points, that it came from.
/// </summary>
internal sealed class TextBuffer
{
    private char[] _characters;
    private (int Start, int End)[]? _origins;

    private TextBuffer(char[] characters, int length, (int Start, int End)[]? origins)
    {
        _characters = characters;
        Length = length;
        _origins = origins;
    }

    public int Length { get; private set; }

    public bool Tracks => _origins is not null;

    public ReadOnlySpan<char> Text => _characters.AsSpan(0, Length);

    /// <summary>A part of a text without lone surrogates.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">Where the part begins.</param>
    /// <param name="end">Where it ends.</param>
    /// <param name="firstCodePoint">The number of code points before it, or a negative number if origins are not kept.</param>
    public static TextBuffer Create(string text, int start, int end, int firstCodePoint)
    {
        char[] characters = text.AsSpan(start, end - start).ToArray();
        if (firstCodePoint < 0)
        {
            return new TextBuffer(characters, characters.Length, null);
        }

        var origins = new (int, int)[characters.Length];
        for (int i = 0; i < characters.Length; firstCodePoint++)
        {
            int units = CodePoints.Length(characters, i);
            origins.AsSpan(i, units).Fill((firstCodePoint, firstCodePoint + 1));
            i += units;
        }

        return new TextBuffer(characters, characters.Length, origins);
    }

    /// <summary>What a unit came from; an empty range where origins are not kept.</summary>
    public (int Start, int End) Origin(int index) => _origins is { } origins ? origins[index] : default;

    public TextBuffer Slice(int start, int end)
        => new(_characters[start..end], end - start, _origins?[start..end]);

    /// <summary>Writes new text for this buffer.</summary>
    public Rewriter Rewrite() => new(this);

    /// <summary>
    /// Builds new text from left to right. Like the published library, a character either replaces one of the old text, which it
    /// takes the origin of, or is inserted, and shares the origin of the old character before the place.
    /// </summary>
    internal sealed class Rewriter(TextBuffer source)
    {
        private char[] _characters = new char[Math.Max(source.Length + source.Length / 4, 16)];
        private (int Start, int End)[]? _origins = source.Tracks ? new (int, int)[Math.Max(source.Length + source.Length / 4, 16)] : null;
        private int _length;

        /// <summary>The place in the old text.</summary>
        public int Position { get; private set; }

        /// <summary>Copies the old text up to a place.</summary>
        public void CopyTo(int end)
        {
            int count = end - Position;
            Reserve(count);
            source.Text[Position..end].CopyTo(_characters.AsSpan(_length));
            source._origins?.AsSpan(Position, count).CopyTo(_origins.AsSpan(_length));
            _length += count;
            Position = end;
        }

        /// <summary>Leaves out the old text up to a place.</summary>
        public void SkipTo(int end) => Position = end;

        /// <summary>Puts a character for the next one of the old text, leaving out a number of further ones, or inserts it (change above 0).</summary>
        public void Add(int codePoint, int change)
        {
            (int Start, int End) origin = default;
            if (change > 0)
            {
                origin = Position > 0 ? source.Origin(Position - 1) : default;
            }
            else
            {
                origin = Position < source.Length ? source.Origin(Position) : default;
                for (int i = change; i <= 0 && Position < source.Length; i++)
                {
                    Position += CodePoints.Length(source.Text, Position);
                }
            }

            Put(codePoint, origin);
        }

        /// <summary>Inserts a character with the origin of the next one of the old text.</summary>
        public void InsertBefore(int codePoint) => Put(codePoint, Position < source.Length ? source.Origin(Position) : default);

        /// <summary>Makes this the buffer's text. What is left of the old one is dropped.</summary>
        public void Finish()
        {
            source._characters = _characters;
            source._origins = _origins;
            source.Length = _length;
        }

        private void Put(int codePoint, (int Start, int End) origin)
        {
            Reserve(2);
            int units = CodePoints.Write(codePoint, _characters.AsSpan(_length));
            _origins?.AsSpan(_length, units).Fill(origin);
            _length += units;
        }

        private void Reserve(int count)
        {
            if (_length + count > _characters.Length)
            {
                int size = (int)Math.Min(Math.Max(2L * _characters.Length, (long)_length + count), Array.MaxLength);
                Array.Resize(ref _characters, size);
                if (_origins is not null)
                {
                    Array.Resize(ref _origins, size);
                }
            }
        }

        /// <summary>Length of the new text so far.</summary>
        public int Length => _length;
    }
}
