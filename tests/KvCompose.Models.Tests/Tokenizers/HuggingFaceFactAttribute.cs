using System.Runtime.InteropServices;

namespace KvCompose.Models.Tests.Tokenizers;

/// <summary>A test against Hugging Face's own library, whose native part the tests have for Linux on x64 alone.</summary>
internal sealed class HuggingFaceFactAttribute : FactAttribute
{
    public HuggingFaceFactAttribute()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            Skip = "Hugging Face's library is there for Linux on x64 alone";
        }
    }
}
