using System.Text;

namespace KvCompose.Models.Tokenizers;

/// <summary>Unicode normalisation before a text is split.</summary>
internal sealed class Normalisation(NormalizationForm? form)
{
    public string Apply(string text)
    {
        if (form is not { } wanted || Ascii.IsValid(text))
        {
            return text;
        }

        try
        {
            return text.Normalize(wanted);
        }
        catch (ArgumentException)
        {
            // A lone surrogate has no normal form; it becomes U+FFFD like everywhere else.
            return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Normalize(wanted);
        }
    }
}
