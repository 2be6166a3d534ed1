export const metadata = { title: "Next 16 with nextjs-dynamodb-cache" };

export default function Layout({ children }) {
  return (
    <html lang="en">
      <body style={{ fontFamily: "system-ui", maxWidth: "40rem", margin: "3rem auto", padding: "0 1rem" }}>{children}</body>
    </html>
  );
}
