using System.Text;

namespace KvCompose.Models.Tokenizers;

/// <summary>A token that stands outside the model's vocabulary, or is never split.</summary>
/// <param name="Content">How it is spelled.</param>
/// <param name="Id">Its id.</param>
/// <param name="Special">Whether decoding leaves it out.</param>
/// <param name="StripsLeft">Whether it takes the white space before it along.</param>
/// <param name="StripsRight">Whether it takes the white space behind it along.</param>
internal sealed record AddedToken(string Content, int Id, bool Special, bool StripsLeft, bool StripsRight)
{
    public byte[] Bytes { get; } = Encoding.UTF8.GetBytes(Content);
}
